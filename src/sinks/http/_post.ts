// Sends bodies to the endpoint, each in one POST, and says once what became of it: its answer, or why there was none.
import type { Clock } from "../clock.ts";
import { type Answer, answerOf, type Done, readStart, whyNot } from "./_answer.ts";
import type { Connection } from "./_connection.ts";
import { Wave } from "./_wave.ts";

export class Poster implements Disposable {
  readonly #clock: Clock;
  #connection: Connection;
  /** The one that takes the next request, unless its time is over. */
  #wave: Wave | undefined;
  /** That one, and those before it with requests in flight. */
  readonly #waves = new Set<Wave>();
  /** Requests that nobody waits for any more and that have not ended. */
  #leftBehind = 0;

  /** @param connection is closed by the poster */
  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /** The requests from here on use another connection; those in flight end as they began. */
  use(connection: Connection): void {
    this.#connection.client.close();
    this.#connection = connection;
    this.#retire();
  }

  /**
   * @param lines whether the body is newline-delimited JSON rather than one event
   * @param done is called once, after this returned; each request has one of its own
   */
  post(body: Uint8Array<ArrayBuffer>, key: string, lines: boolean, done: Done): void {
    const { target, headers, options: { compression } } = this.#connection;
    const wave = this.#waveOfNow();
    const ownHeaders = {
      ...headers,
      "content-type": lines ? "application/x-ndjson" : "application/json",
      "idempotency-key": key,
    };
    const end = (answer: Answer): void => this.#end(wave, done, answer);
    const fail = (error: unknown): void => end({ kind: "unanswered", text: whyNot(error, target) });
    wave.begin(done);
    const sent = compression === "gzip"
      ? gzip(body).then((zipped) => wave.fetch(zipped, ownHeaders))
      : wave.fetch(body, ownHeaders);
    void sent.then((response) => {
      if (response.body === null) end(answerOf(response, "", target));
      else readStart(response.body).then((start) => end(answerOf(response, start, target)), fail);
    }, fail);
  }

  /** Waits for no request any more; each ends as unanswered. */
  abortAll(why: string): void {
    for (const wave of [...this.#waves]) this.#abort(wave, why);
  }

  [Symbol.dispose](): void {
    for (const wave of this.#waves) wave[Symbol.dispose]();
    this.#connection.client.close();
  }

  #waveOfNow(): Wave {
    if (this.#wave?.isOpen === true) return this.#wave;
    this.#retire();
    // So no more requests are ever left behind at once than were in flight at once.
    const guarded = this.#leftBehind > 0;
    const wave = new Wave(this.#connection, guarded, this.#clock, (why) => this.#abort(wave, why));
    this.#waves.add(wave);
    return this.#wave = wave;
  }

  #end(wave: Wave, done: Done, answer: Answer): void {
    if (!wave.end(done)) {
      this.#leftBehind--;
      return;
    }
    if (wave !== this.#wave && wave.inFlight === 0) this.#forget(wave);
    done(answer);
  }

  #abort(wave: Wave, why: string): void {
    this.#leftBehind += wave.inFlight;
    this.#forget(wave);
    // The wave of now may be unguarded.
    this.#retire();
    wave.abort(why);
  }

  /** The next request begins a new wave. */
  #retire(): void {
    const wave = this.#wave;
    this.#wave = undefined;
    if (wave?.inFlight === 0) this.#forget(wave);
  }

  #forget(wave: Wave): void {
    wave[Symbol.dispose]();
    this.#waves.delete(wave);
  }
}

async function gzip(body: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
}
