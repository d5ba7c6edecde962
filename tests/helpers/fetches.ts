// The requests of this process that are under way: some outlive whoever sent them, and end with their connections.

export class Fetches {
  readonly #fetch = globalThis.fetch;
  readonly #pending = new Set<Promise<unknown>>();

  /** Watches requests to URLs that begin with `prefix` until `ended`. */
  constructor(prefix: string) {
    globalThis.fetch = (input, init) => {
      const response = this.#fetch.call(globalThis, input, init);
      if ((input instanceof Request ? input.url : String(input)).startsWith(prefix)) this.#watch(response);
      return response;
    };
  }

  /** Watches no more, and resolves when all that were watched have an answer or an error. */
  async ended(): Promise<void> {
    globalThis.fetch = this.#fetch;
    await Promise.all(this.#pending);
  }

  #watch(response: Promise<Response>): void {
    const end = (): void => void this.#pending.delete(ended);
    const ended = response.then(end, end);
    this.#pending.add(ended);
  }
}
