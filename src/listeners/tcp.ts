// MQTT over plain TCP: listens, accepts, and hands each connection over as a Transport.
import { setTimeout as sleep } from "node:timers/promises";
import { addressText } from "../base/peer_address.ts";
import type { Listener, ListenOptions } from "./listener.ts";
import type { Transport } from "./transport.ts";

/** How long accepting rests after a failure such as "too many open files", milliseconds. */
const ACCEPT_PAUSE = 100;

/** Of the shape that `Listen` describes. */
export function listenTcp(
  options: () => ListenOptions,
  onTransport: (transport: Transport) => void,
  onError: (error: unknown) => void,
): Listener {
  const { hostname, port } = options();
  const listener = Deno.listen({ hostname, port });
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
  options: () => ListenOptions,
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
      // Rejects when the listener is closed meanwhile, and then the loop ends.
      await sleep(ACCEPT_PAUSE, undefined, { signal: closing }).catch(() => {});
    }
  }
}

/** Hands a connection over, or closes it and throws. */
function take(conn: Deno.TcpConn, options: () => ListenOptions, onTransport: (it: Transport) => void): void {
  const transport = new TcpTransport(conn);
  try {
    if (options().nodelay) conn.setNoDelay(true);
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
  return addressText(ipv4 === undefined ? address : { hostname: ipv4, port: address.port });
}
