// The entries of `urls`: bare URLs, and tables that give one URL options of its own.
import { URL_OPTIONS, type UrlOptions } from "../sinks/options.ts";
import { schemeOf } from "../sinks/schemes.ts";
import { anything, checksOf, optionsOf } from "./_checks.ts";
import { type Document, isTable } from "./_document.ts";
import type { KeyPath } from "./_key_path.ts";
import { readTable } from "./_table.ts";
import { isHttpsUrl, isHttpUrl, urlOf, urlProblem } from "./_url.ts";

const CHECKS = { url: anything(), ...checksOf(URL_OPTIONS) };

/** Set by Hookline for every request. */
const OWN_HEADERS = [
  "content-type",
  "content-encoding",
  "content-length",
  "transfer-encoding",
  "idempotency-key",
];

/** Latin-1 without control characters: what a header can carry. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Reads every `urls` of one file and keeps the tables it meets, by URL. */
export class Endpoints {
  readonly byUrl = new Map<string, UrlOptions>();
  readonly #paths = new Map<string, KeyPath>();

  /** @param cwd what relative PEM files start from */
  constructor(readonly doc: Document, readonly cwd: string) {}

  /**
   * The URLs of one list, behind those of `before`. Entries with an error are left out, and so are, with a warning,
   * empty ones and those that name the same place again.
   */
  readUrls(path: KeyPath, value: unknown, before: readonly string[] = []): readonly string[] {
    if (!Array.isArray(value)) {
      this.doc.refuse(path, 'must be an array of URLs, as in ["file:///var/log/hookline/hook.log"]');
      return before;
    }
    const places = new Map(before.map((url) => [this.#placeOf(url), url]));
    for (const [index, entry] of value.entries()) {
      const at = [...path, index];
      const url = this.#readEntry(at, entry);
      if (url === undefined) continue;
      const place = this.#placeOf(url);
      if (places.has(place)) this.doc.warn(at, "is in this list already: each line is written there once");
      else places.set(place, url);
    }
    return [...places.values()];
  }

  /** The same for every spelling of one file or one endpoint. */
  #placeOf(url: string): string {
    return schemeOf(url).placeOf(url, this.cwd);
  }

  #readEntry(path: KeyPath, value: unknown): string | undefined {
    if (isTable(value)) return this.#readTable(path, value);
    // RMQTT's documentation has such entries in its sample.
    if (typeof value === "string" && value.trim() === "") this.doc.warn(path, "an empty URL is ignored");
    else if (typeof value !== "string") this.doc.refuse(path, "must be a URL, or a table with a url");
    else return this.#checkedUrl(path, value);
    return undefined;
  }

  #readTable(path: KeyPath, value: Record<string, unknown>): string | undefined {
    const table = readTable(this.doc, path, value, CHECKS);
    const headers = this.#readHeaders([...path, "headers"], value["headers"]);
    if (!Object.hasOwn(value, "url")) {
      this.doc.error(
        path,
        'has no url; it needs one, as in { url = "https://example.com/hook", timeout = "5s" }',
      );
      return undefined;
    }
    const urlPath = [...path, "url"];
    if (typeof value["url"] !== "string") this.doc.refuse(urlPath, "must be a URL in quotes");
    if (table === undefined || typeof value["url"] !== "string") return undefined;
    const url = this.#checkedUrl(urlPath, value["url"]);
    if (url === undefined || !this.#fitsScheme(path, url, value)) return undefined;
    if (isHttpUrl(url)) {
      this.#keep(urlPath, url, optionsOf(URL_OPTIONS, { ...table, headers }, this.cwd));
    }
    return url;
  }

  /** Spaces around it are left out, as RMQTT does. */
  #checkedUrl(path: KeyPath, written: string): string | undefined {
    const url = written.replace(/^ +| +$/g, "");
    const problem = urlProblem(url);
    if (problem === undefined) return urlOf(url);
    this.doc.refuse(path, problem);
    return undefined;
  }

  /** Options that the URL's scheme has no use for are mistakes: someone believes they work. */
  #fitsScheme(path: KeyPath, url: string, table: Record<string, unknown>): boolean {
    for (const key of Object.keys(table)) {
      if (key !== "url" && !isHttpUrl(url)) {
        this.doc.error([...path, key], "is only for http and https URLs");
        return false;
      }
      if (key.endsWith("_file") && !isHttpsUrl(url)) {
        this.doc.error([...path, key], "is only for https URLs");
        return false;
      }
    }
    for (const [key, other] of [["cert_file", "key_file"], ["key_file", "cert_file"]] as const) {
      if (Object.hasOwn(table, key) && !Object.hasOwn(table, other)) {
        this.doc.error([...path, key], `needs ${other} beside it`);
        return false;
      }
    }
    return true;
  }

  #readHeaders(path: KeyPath, value: unknown): Record<string, string> | undefined {
    if (value === undefined) return undefined;
    if (!isTable(value)) {
      this.doc.refuse(path, 'must be a table of strings, as in { Authorization = "Bearer ${TOKEN}" }');
      return undefined;
    }
    const headers: [string, string][] = [];
    for (const [name, text] of Object.entries(value)) {
      const at = [...path, name];
      if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) {
        this.doc.error(at, "is not the name of an HTTP header");
      } else if (OWN_HEADERS.includes(name.toLowerCase())) {
        this.doc.error(at, "is a header that Hookline sets itself");
      } else if (typeof text !== "string" || !HEADER_VALUE.test(text)) {
        this.doc.refuse(at, "must be a string of visible Latin-1 characters, without line ends");
      } else {
        headers.push([name, text]);
      }
    }
    return Object.fromEntries(headers.sort(([a], [b]) => a < b ? -1 : 1));
  }

  #keep(path: KeyPath, url: string, endpoint: UrlOptions): void {
    const known = this.byUrl.get(url);
    const knownPath = this.#paths.get(url);
    if (known === undefined || knownPath === undefined) {
      this.byUrl.set(url, endpoint);
      this.#paths.set(url, path);
    } else if (JSON.stringify(known) !== JSON.stringify(endpoint)) {
      const line = this.doc.lineOf(knownPath);
      this.doc.error(path, `this URL has other options in line ${line} already; one URL has one set of them`);
    }
  }
}
