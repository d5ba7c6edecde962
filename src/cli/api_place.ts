// Where verbs find the HTTP API of a running Hookline, and the token that it wants.
import { resolve } from "node:path";
import { errorText } from "../base/error_text.ts";
import { Failure } from "../base/failure.ts";
import { Api, ApiError } from "../status/reader/api.ts";
import { directFetch } from "./direct_fetch.ts";
import type { Io } from "./io.ts";
import { textOf, UsageError, type Values } from "./verb.ts";

/** `http_laddr` unless configured. */
export const DEFAULT_URL = "http://127.0.0.1:6060";
/** The variable of the environment that may hold the token. */
export const TOKEN_VARIABLE = "HOOKLINE_TOKEN";

/** The API that `--url` and `--token-file` name. Throws UsageError, and Failure for an unreadable file. */
export function apiOf(values: Values, io: Io): Api {
  const text = textOf(values, "url") ?? DEFAULT_URL;
  const url = URL.parse(text.endsWith("/") ? text : `${text}/`);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.search !== "") {
    throw new UsageError(
      `--url must be an http or https URL without user and query, such as ${DEFAULT_URL}; ` +
        `found ${JSON.stringify(text)}.`,
    );
  }
  const token = tokenOf(values, io);
  return new Api(url.href, () => token, directFetch);
}

function tokenOf(values: Values, { cwd, env }: Io): string | undefined {
  const file = textOf(values, "token-file");
  if (file === undefined) return env(TOKEN_VARIABLE);
  try {
    return Deno.readTextFileSync(resolve(cwd, file)).trim();
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${errorText(error)}.`, { cause: error });
  }
}

/** What is to be told of an answer that did not come. */
export function apiFailure({ base }: Api, error: unknown): Failure {
  if (!(error instanceof ApiError)) {
    const text = `nothing answers at ${base}: ${errorText(error)}. --url names another place.`;
    return new Failure(text, { cause: error });
  }
  const hint = error.status === 401
    ? ` Put it in ${TOKEN_VARIABLE}, or in a file that --token-file names.`
    : "";
  return new Failure(`${base} refuses: ${error.message}${hint}`, { cause: error });
}
