// Which URLs lines may go to: the schemes file, http and https, and what each one needs.
import { filePathOf } from "../sinks/file/file_url.ts";
import { SinkError } from "../sinks/sink.ts";
import { nearest } from "./nearest.ts";

const ALLOWED = 'a URL with the scheme file, http or https, such as "file:///var/log/hookline/hook.log" ' +
  'or "http://127.0.0.1:5656/hook"';

/** What command lines call standard output. */
const STDOUT = "-";

/** The URL that stands for what is written in the file. */
export function urlOf(written: string): string {
  return written === STDOUT ? "file:///dev/stdout" : written;
}

export function isHttpUrl(url: string): boolean {
  return /^https?:/i.test(url);
}

export function isHttpsUrl(url: string): boolean {
  return /^https:/i.test(url);
}

/** Why nothing can be sent to `url`, as a phrase for a message; `undefined` when it is fine. */
export function urlProblem(url: string): string | undefined {
  if (url === STDOUT) return undefined;
  // The platform's parser drops these in silence.
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f]/.test(url) || url !== url.trim()) {
    return "must have no control characters, and no white space but spaces around it";
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === "file") return fileProblem(url);
  if (scheme === "http" || scheme === "https") return httpProblem(url);
  const near = scheme === undefined ? undefined : nearest(scheme, ["file", "http", "https"]);
  return `must be ${ALLOWED}${near === undefined ? "" : ` (did you mean "${near}:"?)`}`;
}

function httpProblem(url: string): string | undefined {
  return /^https?:\/\/[^/?#]/i.test(url) && URL.canParse(url)
    ? undefined
    : 'must name a host, as in "http://127.0.0.1:5656/hook"';
}

/** The file sink's own judgement, so that the two never differ. */
function fileProblem(url: string): string | undefined {
  // Judged here, because the sink's sentence would show the host, and with it a password.
  if (/^file:\/\//i.test(url) && !/^file:\/\/(localhost)?\//i.test(url)) {
    return 'must have three slashes before an absolute path: "file://A/B" names a host A, which RMQTT drops; write ' +
      '"file:///B", where RMQTT writes to, or "file:///A/B", or for a relative path "file:./A/B"';
  }
  try {
    filePathOf(url, "/");
    return undefined;
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    // Its message begins with the URL, which the caller shows as it is written in the file.
    return `must name a file: ${error.message.slice(`${url}: `.length).replace(/\.$/, "")}`;
  }
}
