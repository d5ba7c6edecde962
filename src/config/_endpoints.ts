// The entries of `urls`: bare URLs, and tables that give one URL options of its own.
import { isTable } from "../base/table.ts";
import type { OptionRow } from "../base/option.ts";
import { ANY_URL_OPTIONS, URL_OPTIONS, type UrlOptions } from "../sinks/options.ts";
import { findScheme, SCHEME_NAMES, schemeName, schemeOf, SCHEMES, urlOf } from "../sinks/schemes.ts";
import { anything, checksOf, optionsOf } from "./_checks.ts";
import type { Document, Table } from "./_document.ts";
import type { KeyPath } from "./_key_path.ts";
import { readTable } from "./_table.ts";
import { nearest } from "../base/nearest.ts";

type TextsRow = Extract<OptionRow, { readonly kind: "texts" }>;
type Texts = Readonly<Record<string, string>>;

const TEXTS = Object.values(URL_OPTIONS).filter((row) => row.kind === "texts");

/** Keys that the table of any URL may have. */
const ANY = Object.values(ANY_URL_OPTIONS).map(({ key }): string => key);

/** Schemes whose URLs have others. */
const WITH_OPTIONS = SCHEMES.filter(({ urlOptionProblem }) => urlOptionProblem !== undefined)
  .flatMap(({ names }) => names).join(" and ");

const CHECKS = { url: anything(), ...checksOf(URL_OPTIONS) };

/** Reads every `urls` of one file and keeps the tables it meets, by URL. */
export class Endpoints {
  readonly byUrl = new Map<string, UrlOptions>();
  readonly #paths = new Map<string, KeyPath>();

  /** @param cwd what relative PEM files start from */
  constructor(readonly doc: Document, readonly cwd: string) {}

  /**
   * The URLs of one list, behind those of `before`. Entries with an error are left out, and so are, with a
   * warning, empty ones and those that name the same place again.
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

  #readTable(path: KeyPath, value: Table): string | undefined {
    const values = readTable(this.doc, path, value, CHECKS);
    const texts = TEXTS.map((row) => [row.key, readTexts(this.doc, [...path, row.key], value[row.key], row)]);
    const { url: written, ...given } = value;
    if (written === undefined) {
      const example = '{ url = "https://example.com/hook", timeout = "5s" }';
      this.doc.error(path, `has no url; it needs one, as in ${example}`);
      return undefined;
    }
    const urlPath = [...path, "url"];
    if (typeof written !== "string") this.doc.refuse(urlPath, "must be a URL in quotes");
    if (values === undefined || typeof written !== "string") return undefined;
    const url = this.#checkedUrl(urlPath, written);
    if (url === undefined || !this.#fitsScheme(path, url, Object.keys(given))) return undefined;
    const all = { ...values, ...Object.fromEntries(texts) };
    this.#keep(urlPath, url, optionsOf(URL_OPTIONS, all, this.cwd));
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
  #fitsScheme(path: KeyPath, url: string, keys: readonly string[]): boolean {
    const { urlOptionProblem } = schemeOf(url);
    const first = keys.find((key) => !ANY.includes(key));
    const problem = urlOptionProblem !== undefined
      ? urlOptionProblem(url, keys)
      : first && { key: first, problem: `is only for ${WITH_OPTIONS} URLs` };
    if (!problem) return true;
    this.doc.error([...path, problem.key], problem.problem);
    return false;
  }

  /** What is only in memory cannot be required. @param spool whether events for a web server wait in files */
  checkRequired(spool: boolean): void {
    if (spool) return;
    for (const [url, { required }] of this.byUrl) {
      const path = this.#paths.get(url);
      if (!required || path === undefined || schemeOf(url).urlOptionProblem === undefined) continue;
      this.doc.error([...path.slice(0, -1), "required"], "needs spool = true");
    }
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

/** Those that are right, in the order of their names. */
function readTexts(doc: Document, path: KeyPath, value: unknown, row: TextsRow): Texts | undefined {
  if (value === undefined) return undefined;
  if (!isTable(value)) {
    doc.refuse(path, `must be ${row.what}`);
    return undefined;
  }
  const texts: [string, string][] = [];
  for (const [name, text] of Object.entries(value)) {
    const at = [...path, name];
    const problem = row.nameProblem(name);
    if (problem !== undefined) doc.error(at, problem);
    else if (typeof text === "string" && row.values.pattern.test(text)) texts.push([name, text]);
    else doc.refuse(at, `must be ${row.values.what}`);
  }
  return Object.fromEntries(texts.sort(([a], [b]) => a < b ? -1 : 1));
}

/** Why nothing can be sent to what is written, as a phrase for a message; `undefined` when it is fine. */
function urlProblem(written: string): string | undefined {
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
