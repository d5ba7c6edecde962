// The parameters behind the `?` of a request, each read as what it must be.
import { topicFilterProblem } from "../mqtt/topics.ts";
import { Refused } from "./_answers.ts";

export class Query {
  readonly #params: URLSearchParams;

  constructor(params: URLSearchParams) {
    this.#params = params;
  }

  /** Undefined where it is not there or empty. */
  text(name: string): string | undefined {
    return this.#params.get(name) || undefined;
  }

  texts(name: string): readonly string[] {
    return this.#params.getAll(name).filter((value) => value !== "");
  }

  /** Throws Refused for what is no whole number from 0. */
  count(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^\d{1,15}$/.test(value)) throw new Refused(400, `${name} must be a whole number from 0.`);
    return Number(value);
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (value !== "true" && value !== "false") throw new Refused(400, `${name} must be true or false.`);
    return value === "true";
  }

  choice<const Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.text(name);
    const found = choices.find((choice) => choice === value);
    if (value !== undefined && found === undefined) {
      throw new Refused(400, `${name} must be one of ${choices.join(", ")}.`);
    }
    return found;
  }

  topicFilter(name: string): string | undefined {
    const value = this.text(name);
    const problem = value === undefined ? undefined : topicFilterProblem(value);
    if (problem !== undefined) throw new Refused(400, `${name} is no Topic Filter: ${problem}.`);
    return value;
  }

  /** `_limit`, which is no more than `most`, and `_offset`. */
  page(most: number): { readonly limit: number; readonly offset: number } {
    return { limit: Math.min(this.count("_limit") ?? most, most), offset: this.count("_offset") ?? 0 };
  }
}
