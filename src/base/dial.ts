// Opens connections to other programs, within a time.
import type { Address } from "./option.ts";

/** PEM texts: CAs to trust beside those of the system, and a client certificate. */
export type TlsOptions = Pick<Deno.ConnectTlsOptions, "caCerts"> & {
  readonly cert?: string;
  readonly key?: string;
};

/**
 * Connects, and shakes hands for TLS where `tls` is given.
 * Rejects with what the system says, and when `timeout` milliseconds are over.
 */
export async function dial(
  { hostname, port }: Address,
  tls: TlsOptions | undefined,
  timeout: number,
): Promise<Deno.Conn> {
  const abort = new AbortController();
  const { signal } = abort;
  const late = new Promise<never>((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason))
  );
  const timer = setTimeout(
    () => abort.abort(new Error(`no connection within ${timeout / 1000} s`)),
    timeout,
  );
  try {
    const opening = tls === undefined
      ? Deno.connect({ hostname, port, signal })
      : dialTls({ ...tls as Deno.ConnectTlsOptions, hostname, port }, signal);
    return await Promise.race([opening, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function dialTls(options: Deno.ConnectTlsOptions, signal: AbortSignal): Promise<Deno.TlsConn> {
  const conn = await Deno.connectTls(options);
  let closed = false;
  const close = (): void => {
    if (!closed) conn.close();
    closed = true;
  };
  signal.addEventListener("abort", close);
  try {
    signal.throwIfAborted();
    await conn.handshake();
    return conn;
  } catch (error) {
    close();
    throw error;
  } finally {
    signal.removeEventListener("abort", close);
  }
}
