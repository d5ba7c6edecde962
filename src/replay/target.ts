// Where messages are played to: mqtt://USER:PASSWORD@HOST:PORT, taken apart, and the connection to it.
import { errorText } from "../base/error_text.ts";
import { Failure } from "../base/failure.ts";

export interface Target {
  /** mqtts */
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** Paths of PEM files. */
export interface TlsFiles {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** A broker that does not take a connection within it, milliseconds, is told as gone. */
const CONNECT_TIMEOUT = 10_000;

/** `undefined` for what is no such URL. */
export function parseTarget(text: string): Target | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
  const secure = protocol === "mqtts:";
  if ((!secure && protocol !== "mqtt:") || hostname === "") return undefined;
  if ((pathname !== "" && pathname !== "/") || search !== "" || hash !== "") return undefined;
  try {
    return {
      secure,
      hostname: hostname.replaceAll(/^\[|\]$/g, ""),
      port: port === "" ? (secure ? 8883 : 1883) : Number(port),
      username: username === "" ? undefined : decodeURIComponent(username),
      password: password === "" ? undefined : decodeURIComponent(password),
    };
  } catch {
    // A stray % in the user name or the password.
    return undefined;
  }
}

/** `host:port`, without secrets. */
export function addressOf({ hostname, port }: Target): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

/** What opens connections to `target`, one after the other. Throws Failure for files that cannot be read. */
export function dialer(target: Target, files: TlsFiles): () => Promise<Deno.Conn> {
  const { hostname, port, secure } = target;
  if (!secure) return () => inTime(target, (signal) => Deno.connect({ hostname, port, signal }));
  const [ca, cert, key] = [files.caFile, files.certFile, files.keyFile].map(readPem);
  const options = {
    hostname,
    port,
    ...(ca !== undefined && { caCerts: [ca] }),
    ...(cert !== undefined && key !== undefined && { cert, key }),
  };
  return () =>
    inTime(target, async (signal) => {
      const tls = await Deno.connectTls(options);
      const close = (): void => tls.close();
      signal.addEventListener("abort", close);
      try {
        signal.throwIfAborted();
        await tls.handshake();
        return tls;
      } catch (error) {
        if (!signal.aborted) close();
        throw error;
      } finally {
        signal.removeEventListener("abort", close);
      }
    });
}

function readPem(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new Failure(`${path} cannot be read: ${errorText(error)}.`, { cause: error });
  }
}

async function inTime(
  target: Target,
  dial: (signal: AbortSignal) => Promise<Deno.Conn>,
): Promise<Deno.Conn> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), CONNECT_TIMEOUT);
  try {
    return await dial(timeout.signal);
  } catch (error) {
    const why = timeout.signal.aborted
      ? `no connection within ${CONNECT_TIMEOUT / 1000} s`
      : errorText(error);
    throw new Failure(`${addressOf(target)} cannot be reached: ${why}.`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
