// Where messages are played to: mqtt://USER:PASSWORD@HOST:PORT, taken apart, and the connection to it.
import { dial } from "../base/dial.ts";
import { errorText } from "../base/error_text.ts";
import { Failure } from "../base/failure.ts";
import type { Address } from "../base/option.ts";
import { addressText } from "../base/peer_address.ts";

export interface Target extends Address {
  /** mqtts */
  readonly secure: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** Paths of PEM files. */
interface TlsFiles {
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

/** What opens connections to `target`, one after the other. Throws Failure for files that cannot be read. */
export function dialer(target: Target, files: TlsFiles): () => Promise<Deno.Conn> {
  const [ca, cert, key] = [files.caFile, files.certFile, files.keyFile].map(readPem);
  const tls = {
    ...(ca !== undefined && { caCerts: [ca] }),
    ...(cert !== undefined && key !== undefined && { cert, key }),
  };
  return async () => {
    try {
      return await dial(target, target.secure ? tls : undefined, CONNECT_TIMEOUT);
    } catch (error) {
      throw new Failure(`${addressText(target)} cannot be reached: ${errorText(error)}.`, { cause: error });
    }
  };
}

function readPem(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new Failure(`${path} cannot be read: ${errorText(error)}.`, { cause: error });
  }
}
