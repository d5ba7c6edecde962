// One stay of a client, as the operator is shown it: kept with its session, here or gone.
import type { ListenerOptions } from "./options.ts";

export interface Visit {
  /** The listener's name. */
  readonly listener: string;
  /** 3 (3.1), 4 (3.1.1) or 5. */
  readonly protocolVersion: number;
  /** Seconds, as it was granted; 0: none. */
  readonly keepAlive: number;
  /** Clean Session or Clean Start. */
  readonly clean: boolean;
  readonly sessionPresent: boolean;
  /** Unix milliseconds. */
  readonly connectedAt: number;
  /** How it ended; undefined while it goes on. */
  end: { readonly at: number; readonly reason: string } | undefined;
  /** What it allowed the client. */
  readonly limits: ListenerOptions;
  /** Messages that the client published. */
  received: number;
}
