// From a file: URL to the path it names.
import { posix } from "node:path";
import { SinkError } from "../sink.ts";

/**
 * The absolute, normal path of `file:///a/b.log`, `file:/a/b.log`, `file:./b.log` or `file:b.log`; the last
 * two start from `cwd`. Percent escapes are decoded. Throws SinkError when the URL does not name a file of
 * this machine.
 */
export function filePathOf(url: string, cwd: string): string {
  const refuse = (why: string, cause?: unknown): never => {
    throw new SinkError(url, why, cause === undefined ? undefined : { cause });
  };
  if (!/^file:/i.test(url)) return refuse("this is not a file: URL.");
  if (/[?#]/.test(url)) {
    return refuse("a file: URL has no query and no fragment; write ? as %3F and # as %23.");
  }
  const rest = url.slice("file:".length);
  const withHost = /^\/\/([^/]*)(.*)$/s.exec(rest);
  const host = withHost?.[1] ?? "";
  if (host === "." || host === "..") {
    return refuse(
      `"${host}" stands where a host name would; write a relative path as file:${host}/name.log.`,
    );
  }
  if (host !== "" && host.toLowerCase() !== "localhost") {
    return refuse(
      `the file is on the host "${host}", but only files of this machine can be written; ` +
        "write an absolute path with three slashes, file:///folder/name.log.",
    );
  }
  const path = decode(withHost ? withHost[2] ?? "" : rest, refuse);
  if (path === "" || path === "/") return refuse("the path is empty; write file:///folder/name.log.");
  if (/(^|\/)\.{0,2}$/.test(path)) {
    return refuse("the path names a folder; add the name of a file to it.");
  }
  return posix.resolve(cwd, path);
}

function decode(escaped: string, refuse: (why: string, cause?: unknown) => never): string {
  if (/%(2f|00)/i.test(escaped) || escaped.includes("\0")) {
    return refuse("a file name holds neither / (%2F) nor NUL (%00).");
  }
  try {
    return decodeURIComponent(escaped);
  } catch (error) {
    return refuse(
      "a % in it is not followed by the two hex digits of UTF-8 text; write % itself as %25.",
      error,
    );
  }
}
