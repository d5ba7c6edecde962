// Whether an endpoint can be reached, asked by connecting to it and sending nothing (`hookline check`).
import { errorText } from "../../base/error_text.ts";
import { withMeaning } from "./_meaning.ts";
import type { Target } from "./_target.ts";

/** For the look-up of its name, the connection and the TLS handshake together, milliseconds. */
const TIMEOUT = 3_000;

/** A sentence why nothing can be sent to the endpoint now; undefined when it takes connections. */
export async function connectProblem({ url, tls }: Target): Promise<string | undefined> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), TIMEOUT);
  try {
    await connect(new URL(url), tls.caCerts ?? [], timeout.signal);
    return undefined;
  } catch (error) {
    const why = timeout.signal.aborted
      ? `it does not answer within ${TIMEOUT / 1000} s`
      : withMeaning(errorText(error));
    return `The endpoint cannot be reached: ${why}.`;
  } finally {
    clearTimeout(timer);
  }
}

/** Connects, shakes hands for https, and closes. */
async function connect(
  { hostname: host, port, protocol }: URL,
  caCerts: string[],
  signal: AbortSignal,
): Promise<void> {
  const hostname = host.replaceAll(/^\[|\]$/g, "");
  const secure = protocol === "https:";
  let conn: Deno.TcpConn | Deno.TlsConn = await Deno.connect({
    hostname,
    port: port === "" ? (secure ? 443 : 80) : Number(port),
    signal,
  });
  let closed = false;
  const close = (): void => {
    if (!closed) conn.close();
    closed = true;
  };
  signal.addEventListener("abort", close);
  try {
    if (!secure) return;
    const tls = await Deno.startTls(conn, { hostname, caCerts });
    conn = tls;
    await tls.handshake();
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}
