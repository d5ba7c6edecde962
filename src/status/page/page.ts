// The page as it is served: three files of this folder, as text, and what a browser may do with them.
import script from "./page.js" with { type: "text" };
import style from "./page.css" with { type: "text" };
import page from "./page.html" with { type: "text" };

/** One file of the page. */
export interface PageFile {
  readonly type: string;
  readonly body: string;
}

/** By path. The script is made from script/ by `deno task page`. */
export const PAGE_FILES: ReadonlyMap<string, PageFile> = new Map([
  ["/", { type: "text/html; charset=utf-8", body: page }],
  ["/page.css", { type: "text/css; charset=utf-8", body: style }],
  ["/page.js", { type: "text/javascript; charset=utf-8", body: script }],
]);

/**
 * Headers of each of them beside those of every answer. Nothing comes from another place or is written into
 * the page, no other page may frame it, and text cannot become markup.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "Cross-Origin-Opener-Policy": "same-origin",
};
