// One end-to-end test: a started broker of its own, questions about its lines, and at the end the check of all of them.
import assert from "node:assert/strict";
import { Hookline } from "../helpers/hookline.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";
import { checkLines } from "../hooks/_check_lines.ts";
import type { Event } from "../hooks/_event_table.ts";

/** For the body of one test, milliseconds; most take 200. */
const DEADLINE = 30_000;

/** Values that an event must have: `{ action: "client_connected", clientid: "a" }`. */
export type Wanted = Readonly<Record<string, string | number | boolean>>;

export interface CaseOptions {
  /** Keys of `[listener.tcp.default]` as TOML. */
  readonly listener?: string;
  /** Skips the test, where a program it needs is not installed. */
  readonly ignore?: boolean;
}

/**
 * A test named by its outcome. After `body` the broker is stopped; it must end well, its log must hold no error,
 * and every line it wrote must be one of the contract, in the contract's order.
 */
export function brokerTest(
  name: string,
  options: CaseOptions,
  body: (broker: TestBroker) => Promise<void>,
): void {
  Deno.test({ name, ignore: options.ignore ?? false }, async () => {
    await using dir = await tempDir();
    await using hookline = await Hookline.start({
      cwd: dir.path,
      config: `[listener.tcp.default]\naddr = "127.0.0.1:0"\n${options.listener ?? ""}\n`,
    });
    const broker = new TestBroker(hookline);
    try {
      await beforeDeadline(body(broker));
    } catch (error) {
      throw new Error(await broker.describe(), { cause: error });
    }
    await broker.stop();
    checkLines(await broker.lines());
  });
}

/** A client that waits in vain must fail its test, not hang the suite. */
async function beforeDeadline(body: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`not done after ${DEADLINE} ms`)), DEADLINE);
  try {
    await Promise.race([body, promise]);
  } finally {
    clearTimeout(timer);
  }
}

export class TestBroker {
  readonly #hookline: Hookline;

  constructor(hookline: Hookline) {
    this.#hookline = hookline;
  }

  get url(): string {
    return this.#hookline.url;
  }

  get port(): number {
    return this.#hookline.port;
  }

  /** The whole lines there are now. */
  async lines(): Promise<string[]> {
    const text = await Deno.readTextFile(`${this.#hookline.options.cwd}/hook.log`).catch(ifMissing);
    // A read may meet the middle of a write; what follows the last newline is not a line yet.
    return text.split("\n").slice(0, -1);
  }

  /** The events there are now that have the wanted values. */
  async events(wanted: Wanted = {}): Promise<Event[]> {
    const events: Event[] = (await this.lines()).map((line) => JSON.parse(line));
    return events.filter((event) => Object.entries(wanted).every(([key, value]) => event[key] === value));
  }

  /** Waits until `count` events have the wanted values, and returns them all. */
  async wait(wanted: Wanted, count = 1): Promise<Event[]> {
    let found: Event[] = [];
    const what = `${count} × ${JSON.stringify(wanted)}`;
    await until(async () => (found = await this.events(wanted)).length >= count, what);
    return found;
  }

  /** Waits for the first event that has the wanted values. */
  async event(wanted: Wanted): Promise<Event> {
    const [event] = await this.wait(wanted);
    assert.ok(event);
    return event;
  }

  /** The actions of all lines about a client, as its own or as its messages, in their order. */
  async story(clientId: string): Promise<string[]> {
    return (await this.events())
      .filter((event) => event["clientid"] === clientId || event["from_clientid"] === clientId)
      .map((event) => String(event["action"]));
  }

  /** What it wrote and said so far, for a test that failed. */
  async describe(): Promise<string> {
    const log = this.#hookline.log.map(({ level, msg }) => `${level}: ${msg}`);
    return ["failed; the broker wrote", ...await this.lines(), "and said", ...log].join("\n");
  }

  /** Stops the broker and fails unless it ended well. After it, the file is complete. */
  async stop(): Promise<void> {
    const { code } = await this.#hookline.stop();
    const bad = this.#hookline.log.filter(({ level }) => level === "error" || level === "raw");
    assert.deepEqual(bad, [], "the log has no error");
    assert.equal(code, 0, "the exit code");
  }
}

/** No line, no file: the broker may not have written yet. */
function ifMissing(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "";
  throw error;
}
