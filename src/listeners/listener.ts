// What every kind of listener is: made open, it hands connections over as Transports until it is closed.
import type { Clock } from "../base/clock.ts";
import type { Certificates } from "./certificates.ts";
import type { ListenOptions } from "./options.ts";
import type { Transport } from "./transport.ts";

export interface Listener {
  /** Where it really listens: `127.0.0.1:1883`. */
  readonly address: string;
  /** 0 where it has none. */
  readonly port: number;
  /** What it shows its peers; absent where it shows none. */
  readonly certificates?: Certificates;
  /**
   * Accepts no more; connections that were handed over are not touched. Resolves when the address is free
   * again.
   * Never rejects; harmless when repeated.
   */
  close(): Promise<void>;
}

/**
 * Listens until closed.
 * @param options asked anew for each connection, but for the place
 *
 * A failure to accept is told to `onError` and never ends the listener.
 * Throws or rejects with Deno.errors.AddrInUse and the like where the place cannot be had, and
 * CertificateError.
 */
export type Listen = (
  options: () => ListenOptions,
  onTransport: (transport: Transport) => void,
  onError: (error: unknown) => void,
  clock: Clock,
) => Listener | Promise<Listener>;
