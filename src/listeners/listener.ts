// What every kind of listener is: made open, it hands connections over as Transports until it is closed.
import type { Transport } from "./transport.ts";

/** Where a listener listens, and how; what a kind needs besides is its own. */
export interface ListenOptions {
  readonly hostname: string;
  /** 0: any free port. */
  readonly port: number;
  /** TCP_NODELAY on accepted connections; without it an answer may wait for the acknowledgement of another. */
  readonly nodelay: boolean;
}

export interface Listener {
  /** Where it really listens: `127.0.0.1:1883`. */
  readonly address: string;
  readonly port: number;
  /**
   * Accepts no more; connections that were handed over are not touched. Resolves when the address is free again.
   * Never rejects; harmless when repeated.
   */
  close(): Promise<void>;
}

/**
 * Listens until closed.
 * @param options asked anew for each connection, but for the address
 *
 * A failure to accept is told to `onError` and never ends the listener.
 * Throws Deno.errors.AddrInUse and the like where the address cannot be had.
 */
export type Listen = (
  options: () => ListenOptions,
  onTransport: (transport: Transport) => void,
  onError: (error: unknown) => void,
) => Listener;
