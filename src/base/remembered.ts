// A table of bounded size, from which the one that was set longest ago goes first.
import { LazyMap } from "./lazy.ts";

export class Remembered<Value> {
  readonly #entries = new LazyMap<string, Value>();

  /** @param most entries; one more takes the place of the oldest */
  constructor(private readonly most: number) {}

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  /** It is the youngest from here on. */
  set(key: string, value: Value): void {
    this.#entries.delete(key);
    if (this.#entries.size >= this.most) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    this.#entries.set(key, value);
  }

  /** Forgets, from the oldest on, what is over, and stops at the first that is not. */
  sweep(isOver: (value: Value) => boolean): void {
    for (const [key, value] of this.#entries) {
      if (!isOver(value)) return;
      this.#entries.delete(key);
    }
  }
}
