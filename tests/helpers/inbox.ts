// What arrives before it is asked for, and who asks before it arrives.

/** A first-in, first-out queue whose `take` waits, but not for ever. */
export class Inbox<T> {
  readonly #items: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  /** @param what for the error of a `take` in vain */
  constructor(readonly what: string) {}

  get length(): number {
    return this.#items.length;
  }

  put(item: T): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#items.push(item);
    else waiting(item);
  }

  /** The next one. Throws when none came after `timeout` milliseconds. */
  take(timeout = 10_000): Promise<T> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const give = (given: T): void => {
      clearTimeout(timer);
      resolve(given);
    };
    const timer = setTimeout(() => {
      this.#waiting.splice(this.#waiting.indexOf(give), 1);
      reject(new Error(`${this.what} did not come within ${timeout} ms`));
    }, timeout);
    this.#waiting.push(give);
    return promise;
  }
}
