// One listener as the broker knows it: what it allows, and what its connections occupy.
import { ConnectRate } from "./connect_rate.ts";
import type { ListenerOptions } from "./options.ts";

export class ListenerState {
  readonly rate = new ConnectRate();
  /** Connections without an accepted CONNECT. */
  handshaking = 0;
  /** Accepted clients. */
  clients = 0;

  /** @param options may be replaced: connections that come then have the new ones, those that are here keep theirs */
  constructor(readonly name: string, public options: ListenerOptions) {}
}
