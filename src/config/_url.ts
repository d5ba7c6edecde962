// Which URLs lines may go to: those of the sinks there are, each as its own scheme wants it.
import { findScheme, SCHEME_NAMES, schemeName, SCHEMES, urlOf } from "../sinks/schemes.ts";
import { nearest } from "../base/nearest.ts";

export { urlOf } from "../sinks/schemes.ts";

export function isHttpUrl(url: string): boolean {
  return /^https?:/i.test(url);
}

export function isHttpsUrl(url: string): boolean {
  return /^https:/i.test(url);
}

/** Why nothing can be sent to what is written, as a phrase for a message; `undefined` when it is fine. */
export function urlProblem(written: string): string | undefined {
  const url = urlOf(written);
  // The platform's parser drops these in silence.
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f]/.test(url) || url !== url.trim()) {
    return "must have no control characters, and no white space but spaces around it";
  }
  const scheme = findScheme(url);
  if (scheme !== undefined) return scheme.problem(url);
  const near = nearest(schemeName(url) ?? "", SCHEME_NAMES);
  const meant = near === undefined ? "" : ` (did you mean "${near}:"?)`;
  const examples = SCHEMES.map(({ example }) => JSON.stringify(example));
  return `must be a URL with the scheme ${oneOf(SCHEME_NAMES)}, such as ${oneOf(examples)}${meant}`;
}

/** `a, b or c` */
function oneOf(texts: readonly string[]): string {
  return `${texts.slice(0, -1).join(", ")} or ${texts.at(-1)}`;
}
