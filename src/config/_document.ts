// One configuration file: its values with environment variables replaced, and messages that know their line.
import { parse, TomlError } from "smol-toml";
import { isTable } from "../base/table.ts";
import { ConfigError } from "./config_error.ts";
import { type Env, expand } from "./_env.ts";
import type { Findings } from "./_findings.ts";
import { foundText, kindText } from "./_found.ts";
import { type KeyPath, keyText } from "./_key_path.ts";
import { keyBeingRead, Positions } from "./_positions.ts";

export type Table = { [name: string]: unknown };

/** No valid key lies this deep; text below it is not looked at, so hostile nesting costs no stack. */
const MAX_DEPTH = 16;

/** Keys whose values no message shows. */
const SECRETS: readonly (string | number)[] = [
  "headers",
  "http_headers",
  "params",
  "hmac_secret",
  "http_bearer_token",
  "password",
];

export class Document {
  /** The values of the file, with environment variables replaced. */
  readonly data: Table;
  /** Strings as they stand in the file, where a variable was replaced in them: what messages may show. */
  readonly #written = new Map<string, string>();
  /** Strings with a variable that could not be replaced: that error is enough. */
  readonly #broken = new Set<string>();
  readonly #text: string;
  readonly #findings: Findings;
  #positions: Positions | undefined;

  /**
   * @param file as the operator named it
   * @throws {ConfigError} when the text is not TOML
   */
  constructor(readonly file: string, text: string, env: Env, findings: Findings) {
    this.#text = text;
    this.#findings = findings;
    this.data = this.#parse();
    this.#expandTable(this.data, [], env);
  }

  /** An error that shows the value found at `path`: "must be true or false; found 7". */
  refuse(path: KeyPath, problem: string): void {
    if (this.#broken.has(JSON.stringify(path))) return;
    this.error(path, `${problem}; found ${this.#found(path)}`);
  }

  error(path: KeyPath, problem: string): void {
    this.#findings.errors.push(
      new ConfigError({ file: this.file, ...this.#positionOf(path) }, keyText(path), problem),
    );
  }

  warn(path: KeyPath, text: string): void {
    const line = path.length === 0 ? "" : `:${this.lineOf(path)}`;
    const key = path.length === 0 ? "" : `${keyText(path)}: `;
    this.#findings.warn(`${this.file}${line}: ${key}${text}`);
  }

  /** Marks a key of RMQTT that nothing here reads. */
  unused(path: KeyPath): void {
    this.#findings.unused(this.file, keyText(path));
  }

  /** Whether a password, a secret or a token stands in it, and not in an environment variable. */
  get holdsSecret(): boolean {
    const isIn = (container: unknown, path: KeyPath): boolean =>
      typeof container === "object" && container !== null &&
      Object.entries(container).some(([name, value]) => {
        const at = [...path, Array.isArray(container) ? Number(name) : name];
        if (typeof value !== "string") return isIn(value, at);
        const isSecret = /^(password|hmac_secret|.*(authorization|token|api-?key|cookie))$/i.test(name);
        return isSecret && !/^%[a-zA-Z]$/.test(value) && !this.#written.has(JSON.stringify(at));
      });
    return isIn(this.data, []);
  }

  has(path: KeyPath): boolean {
    return this.#valueAt(path) !== undefined;
  }

  lineOf(path: KeyPath): number {
    return this.#positionOf(path).line;
  }

  #positionOf(path: KeyPath): { line: number; column: number } {
    this.#positions ??= new Positions(this.#text);
    return this.#positions.at(path);
  }

  #parse(): Table {
    try {
      return parse(this.#text, { maxDepth: 64 });
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
      // Only the first line: the rest quotes the file, where there may be secrets.
      const what = error.message.split("\n", 1)[0]?.replace(/^Invalid TOML document: /, "") ?? "";
      const place = { file: this.file, line: error.line, column: error.column };
      const key = keyText(keyBeingRead(this.#text, error) ?? []);
      throw new ConfigError(place, key, `is not valid TOML: ${what}`);
    }
  }

  #found(path: KeyPath): string {
    const value = this.#valueAt(path);
    // Secrets, also where someone wrote them in a wrong form.
    if (path.some((part) => SECRETS.includes(part))) return kindText(value);
    return foundText(this.#written.get(JSON.stringify(path)) ?? value);
  }

  #valueAt(path: KeyPath): unknown {
    let value: unknown = this.data;
    for (const part of path) {
      if (Array.isArray(value)) value = value[Number(part)];
      else if (isTable(value) && Object.hasOwn(value, part)) value = value[part];
      else return undefined;
    }
    return value;
  }

  #expandTable(container: Table | unknown[], path: KeyPath, env: Env): void {
    if (path.length >= MAX_DEPTH) return;
    const set = (part: string | number, value: unknown, replace: (text: string) => void): void => {
      const at = [...path, part];
      if (typeof value === "string") {
        if (value.includes("${")) replace(this.#expanded(value, at, env));
      } else if (Array.isArray(value) || isTable(value)) {
        this.#expandTable(value, at, env);
      }
    };
    if (Array.isArray(container)) {
      container.forEach((value, index) => set(index, value, (text) => container[index] = text));
    } else {
      for (const [name, value] of Object.entries(container)) {
        set(name, value, (text) => container[name] = text);
      }
    }
  }

  #expanded(written: string, path: KeyPath, env: Env): string {
    const { text, problems } = expand(written, env);
    for (const problem of problems) this.error(path, problem);
    this.#written.set(JSON.stringify(path), written);
    if (problems.length > 0) this.#broken.add(JSON.stringify(path));
    return text;
  }
}
