// A follow() under test, running: gives its lines and notices as they come, with a deadline instead of a hang.
import { follow, type FollowOptions } from "../../src/reading/follow.ts";
import type { Line } from "../../src/reading/line.ts";

export class Following implements AsyncDisposable {
  readonly notices: string[] = [];
  readonly lines: Line[] = [];
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #taken = 0;
  #wake: () => void = () => {};

  constructor(path: string, options: Partial<FollowOptions> = {}) {
    this.#ended = this.#run(follow(path, {
      lines: 10,
      selects: () => true,
      follow: true,
      signal: this.#stop.signal,
      interval: 2,
      notice: (text) => {
        this.notices.push(text);
        this.#wake();
      },
      ...options,
    }));
  }

  async #run(batches: AsyncIterable<readonly Line[]>): Promise<void> {
    for await (const batch of batches) {
      this.lines.push(...batch);
      this.#wake();
    }
  }

  /** The text of the next `count` lines. */
  async take(count: number): Promise<string[]> {
    await this.#until(() => this.lines.length >= this.#taken + count, `${count} more lines`);
    this.#taken += count;
    return this.lines.slice(this.#taken - count, this.#taken).map(({ text }) => text);
  }

  /** Waits for a notice that says `part`. */
  async noticed(part: string): Promise<void> {
    await this.#until(() => this.notices.some((text) => text.includes(part)), `the notice "${part}"`);
  }

  /** The text of all lines, once it ended by itself; rejects as it does. */
  async all(): Promise<string[]> {
    await this.#ended;
    return this.lines.map(({ text }) => text);
  }

  async #until(reached: () => boolean, what: string): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#wake = () => {
      if (reached()) done.resolve();
    };
    this.#wake();
    const timer = setTimeout(() => done.reject(new Error(`Waited 10 s for ${what}.`)), 10_000);
    try {
      await Promise.race([done.promise, this.#ended.then(() => done.promise)]);
    } finally {
      clearTimeout(timer);
      this.#wake = () => {};
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }
}
