// One line of hook.log as it is read back: its keys, each with the type that is asked for.
import { isTable } from "../base/table.ts";
import { isCut, type Line } from "./line.ts";

/** The keys of a line; any may be absent, and a value of another type than the contract's counts so. */
export class LoggedEvent {
  constructor(private readonly keys: Readonly<Record<string, unknown>>) {}

  text(key: string): string | undefined {
    const value = this.#own(key);
    return typeof value === "string" ? value : undefined;
  }

  number(key: string): number | undefined {
    const value = this.#own(key);
    return typeof value === "number" ? value : undefined;
  }

  /** `undefined` where the key is absent or no boolean. */
  flag(key: string): boolean | undefined {
    const value = this.#own(key);
    return typeof value === "boolean" ? value : undefined;
  }

  /** The keys of a nested object. */
  nested(key: string): LoggedEvent | undefined {
    const value = this.#own(key);
    return isTable(value) ? new LoggedEvent(value) : undefined;
  }

  #own(key: string): unknown {
    return Object.hasOwn(this.keys, key) ? this.keys[key] : undefined;
  }
}

/** The event of a line, `undefined` when the line is not a JSON object. */
export function parseEvent(line: Line): LoggedEvent | undefined {
  if (!line.text.startsWith("{")) return undefined;
  try {
    // What makes a line too long is its payload, and the keys before the payload are worth showing.
    const keys: unknown = JSON.parse(isCut(line) ? `${line.text}"}` : line.text);
    return isTable(keys) ? new LoggedEvent(keys) : undefined;
  } catch {
    // Not JSON: such lines are shown as they are.
    return undefined;
  }
}
