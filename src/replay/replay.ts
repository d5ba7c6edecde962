// Plays the messages of a log to a broker, and tells what became of them.
import { Failure } from "../base/failure.ts";
import type { Filter } from "../reading/filter.ts";
import type { ConnectionOptions } from "./connection.ts";
import { Connections } from "./connections.ts";
import { MessageReader } from "./message.ts";
import { Pace } from "./pace.ts";
import { messagesOf, type Source } from "./source.ts";
import { Tally } from "./tally.ts";

export interface ReplayOptions extends Pick<ConnectionOptions, "dial" | "version" | "username" | "password"> {
  readonly filter: Filter;
  /** Stands before each topic. */
  readonly prefix: string;
  /** How many times faster than it was; Infinity: as fast as it goes. */
  readonly speed: number;
  /** Messages under way on each connection. */
  readonly inflight: number;
  /** Each line's Client Identifier has its connection, so many at once; `undefined`: one for all. */
  readonly clients: number | undefined;
  /** Called once, with what can be asked while it plays. */
  readonly onStart: (progress: Progress) => void;
  /** Aborted: plays no more, and waits a moment for what is under way. */
  readonly signal: AbortSignal;
}

export interface Progress {
  readonly tally: Tally;
  /** Milliseconds that the last message was late by. */
  lag(): number;
}

export interface Outcome {
  readonly tally: Tally;
  /** Lines that are no event, or chosen and no message. */
  readonly skipped: number;
  readonly connections: number;
  /** Why not all was played. */
  readonly failure: Failure | undefined;
  /** From the first line to the last acknowledgement. */
  readonly milliseconds: number;
}

/** Seconds. */
const KEEP_ALIVE = 60;
/** What is under way when it is stopped may take so long, milliseconds. */
const GRACE = 2_000;

/** Never rejects for what the broker does: that is the outcome's failure. */
export async function replay(source: Source, options: ReplayOptions): Promise<Outcome> {
  const { signal, clients } = options;
  const now = (): number => performance.now();
  const start = now();
  const tally = new Tally();
  const reader = new MessageReader(options.filter, options.prefix);
  const pace = new Pace(options.speed, now);
  const all = { ...options, tally, now, keepAlive: KEEP_ALIVE };
  await using connections = new Connections(all, clients ?? 1, signal);
  options.onStart({ tally, lag: () => pace.lag });
  const own = `hookline-replay-${crypto.randomUUID().slice(0, 8)}`;
  const read = reader.read.bind(reader);
  try {
    for await (const block of source.blocks()) {
      // A round without a message would be followed by others like it.
      if (source.round > 1 && connections.made === 0) break;
      reader.skipped += block.tooLong;
      for (const message of messagesOf(block, read)) {
        const wait = pace.wait(message.ts);
        // What is due within the same millisecond leaves together.
        if (wait >= 1) {
          connections.flush();
          await sleep(wait, connections.signal);
        }
        const found = connections.of(clients === undefined ? own : message.client);
        const connection = found instanceof Promise ? await found : found;
        if (connection.full) await connections.room(connection);
        if (connections.signal.aborted) break;
        connections.publish(connection, message);
      }
      connections.flush();
      if (connections.signal.aborted) break;
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    connections.fail(error);
  }
  await finish(connections, signal);
  return {
    tally,
    skipped: reader.skipped,
    connections: connections.made,
    failure: connections.failure,
    milliseconds: now() - start,
  };
}

async function finish(connections: Connections, signal: AbortSignal): Promise<void> {
  const giveUp = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    timer = setTimeout(() => giveUp.abort(), GRACE);
  };
  if (signal.aborted) soon();
  else signal.addEventListener("abort", soon);
  await connections.finish(giveUp.signal);
  signal.removeEventListener("abort", soon);
  clearTimeout(timer);
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    // A longer one would not wait at all; the next message's wait goes on.
    const timer = setTimeout(end, Math.min(ms, 2 ** 31 - 1));
    signal.addEventListener("abort", end);
  });
}
