// Whether an endpoint can be reached, asked by connecting to it and sending nothing (`hookline check`).
import { dial } from "../../base/dial.ts";
import { errorText } from "../../base/error_text.ts";
import { withMeaning } from "./_meaning.ts";
import type { Target } from "./_target.ts";

/** For the look-up of its name, the connection and the TLS handshake together, milliseconds. */
const TIMEOUT = 3_000;

/** A sentence why nothing can be sent to the endpoint now; undefined when it takes connections. */
export async function connectProblem({ url, tls }: Target): Promise<string | undefined> {
  const { hostname: host, port, protocol } = new URL(url);
  const secure = protocol === "https:";
  const hostname = host.replaceAll(/^\[|\]$/g, "");
  try {
    const address = { hostname, port: port === "" ? (secure ? 443 : 80) : Number(port) };
    (await dial(address, secure ? tls : undefined, TIMEOUT)).close();
    return undefined;
  } catch (error) {
    return `The endpoint cannot be reached: ${withMeaning(errorText(error))}.`;
  }
}
