// MQTT over plain TCP: listens, accepts, and hands each connection over as a Transport.
import type { Transport } from "./transport.ts";

export interface TcpListenerOptions {
  readonly hostname: string;
  /** 0: any free port. */
  readonly port: number;
  /** TCP_NODELAY on accepted connections; without it a round trip can cost 44 ms (facts.md). */
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

/** How long accepting rests after a failure such as "too many open files", milliseconds. */
const ACCEPT_PAUSE = 100;

/**
 * Listens until closed. A failure to accept is reported and never ends the listener.
 * Throws Deno.errors.AddrInUse and the like where the address cannot be had.
 */
export function listenTcp(
  options: TcpListenerOptions,
  onTransport: (transport: Transport) => void,
  onError: (error: unknown) => void,
): Listener {
  const listener = Deno.listen({ hostname: options.hostname, port: options.port });
  const address = listener.addr as Deno.NetAddr;
  const closing = new AbortController();
  const accepting = acceptAll(listener, options, onTransport, onError, closing.signal);
  return {
    address: joinAddress(address),
    port: address.port,
    close(): Promise<void> {
      if (!closing.signal.aborted) {
        closing.abort();
        listener.close();
      }
      return accepting;
    },
  };
}

async function acceptAll(
  listener: Deno.TcpListener,
  options: TcpListenerOptions,
  onTransport: (transport: Transport) => void,
  onError: (error: unknown) => void,
  closing: AbortSignal,
): Promise<void> {
  while (!closing.aborted) {
    try {
      take(await listener.accept(), options, onTransport);
    } catch (error) {
      if (closing.aborted) return;
      onError(error);
      await pause(ACCEPT_PAUSE, closing);
    }
  }
}

/** Hands a connection over, or closes it and throws. */
function take(conn: Deno.TcpConn, options: TcpListenerOptions, onTransport: (it: Transport) => void): void {
  const transport = new TcpTransport(conn);
  try {
    if (options.nodelay) conn.setNoDelay(true);
    onTransport(transport);
  } catch (error) {
    transport.close();
    throw error;
  }
}

class TcpTransport implements Transport {
  readonly peer: string;
  readonly #conn: Deno.TcpConn;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    this.peer = joinAddress(conn.remoteAddr);
  }

  read(into: Uint8Array): Promise<number | null> {
    return this.#conn.read(into);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#conn.write(bytes);
  }

  closeWrite(): void {
    // Rejects where the peer has gone already, and then there is nobody to tell.
    this.#conn.closeWrite().catch(() => {});
  }

  close(): void {
    try {
      this.#conn.close();
    } catch {
      // Closed before: that is what was asked for.
    }
  }
}

function joinAddress(address: Deno.NetAddr): string {
  // A listener on `[::]` sees IPv4 peers as `::ffff:10.0.0.7`.
  const ipv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address.hostname)?.[1];
  if (ipv4 !== undefined) return `${ipv4}:${address.port}`;
  const host = address.hostname.includes(":") ? `[${address.hostname}]` : address.hostname;
  return `${host}:${address.port}`;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
