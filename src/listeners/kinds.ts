// The table of kinds of listeners: a new kind is one file and one line here.
import type { Listen, ListenOptions } from "./listener.ts";
import { listenTcp } from "./tcp.ts";

export const KINDS = { tcp: listenTcp } as const satisfies Readonly<Record<string, Listen>>;

export interface ListenerConfig extends ListenOptions {
  readonly kind: keyof typeof KINDS;
  readonly name: string;
}
