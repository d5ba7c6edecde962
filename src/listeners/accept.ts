// Accepts connections of a listening socket until it is closed, whatever fails on the way.
import { setTimeout as sleep } from "node:timers/promises";
import type { Transport } from "./transport.ts";

/** How long accepting rests after a failure such as "too many open files", milliseconds. */
const ACCEPT_PAUSE = 100;

/**
 * Begins to accept. The returned function ends it: it resolves when the socket is free again, and may be
 * repeated.
 * @param made makes the Transport of a connection
 * @param onError is told of the first failure of several in a row
 */
export function acceptAll<Conn extends Deno.Conn>(
  socket: { accept(): Promise<Conn>; close(): void },
  made: (conn: Conn) => Transport,
  onTransport: (transport: Transport) => void,
  onError: (error: unknown) => void,
): () => Promise<void> {
  const closing = new AbortController();
  const accepting = accept(socket, (conn) => take(conn, made, onTransport), onError, closing.signal);
  return () => {
    if (!closing.signal.aborted) {
      closing.abort();
      socket.close();
    }
    return accepting;
  };
}

async function accept<Conn>(
  socket: { accept(): Promise<Conn> },
  take: (conn: Conn) => void,
  onError: (error: unknown) => void,
  closing: AbortSignal,
): Promise<void> {
  for (let failed = false; !closing.aborted;) {
    try {
      take(await socket.accept());
      failed = false;
    } catch (error) {
      if (closing.aborted) return;
      if (!failed) onError(error);
      failed = true;
      // Rejects when the listener is closed meanwhile, and then the loop ends.
      await sleep(ACCEPT_PAUSE, undefined, { signal: closing }).catch(() => {});
    }
  }
}

/** Hands a connection over, or closes it and throws. */
function take<Conn extends Deno.Conn>(
  conn: Conn,
  made: (conn: Conn) => Transport,
  onTransport: (transport: Transport) => void,
): void {
  try {
    onTransport(made(conn));
  } catch (error) {
    closeConn(conn);
    throw error;
  }
}

/** A connection of Deno's as a Transport. */
export class ConnTransport implements Transport {
  readonly #conn: Deno.Conn;

  constructor(conn: Deno.Conn, readonly peer: string) {
    this.#conn = conn;
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
    closeConn(this.#conn);
  }
}

function closeConn(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Closed before: that is what was asked for.
  }
}
