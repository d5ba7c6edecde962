// What reading the configuration brings to light, collected over all files so that it is told in one go.
import type { ConfigError } from "./config_error.ts";

export class Findings {
  readonly errors: ConfigError[] = [];
  readonly #warnings: string[] = [];
  /** Keys of RMQTT without a use here, by file. */
  readonly #unused = new Map<string, string[]>();

  warn(text: string): void {
    this.#warnings.push(text);
  }

  unused(file: string, key: string): void {
    const keys = this.#unused.get(file);
    if (keys === undefined) this.#unused.set(file, [key]);
    else keys.push(key);
  }

  /** All warnings; the unused keys make one of them. */
  warnings(): readonly string[] {
    if (this.#unused.size === 0) return this.#warnings;
    const lists = [...this.#unused].map(([file, keys]) => `${file}: ${keys.join(", ")}`);
    return [...this.#warnings, `keys of RMQTT that Hookline has no use for are ignored: ${lists.join("; ")}`];
  }
}
