// What a page tells: asked of the database that a log was loaded into.
import type { EventsDatabase } from "../query/events_database.ts";
import type { Cell } from "../query/read_only.ts";
import type { Durations } from "./percentiles.ts";
import { TimeAxis } from "./time_axis.ts";

/** Rows of the tables of topics, clients and reasons. */
export const MOST_ROWS = 15;
/** A log that is silent for so long has a gap, milliseconds. */
export const GAP = 60_000;
const QUARTER = 15 * 60_000;

export interface Figures {
  readonly lines: number;
  readonly messages: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly connects: number;
  /** Of payloads. */
  readonly bytes: number;
  readonly topicCount: number;
  readonly clientCount: number;
  /** `undefined` where no line has a time. */
  readonly axis: TimeAxis | undefined;
  /** How often in each step of the axis, by event. */
  readonly steps: ReadonlyMap<StepEvent, readonly number[]>;
  readonly topics: readonly Topic[];
  readonly clients: readonly Client[];
  readonly ends: readonly Reason[];
  readonly refusals: readonly Reason[];
  readonly drops: readonly Reason[];
  readonly deliveredIn: Durations;
  readonly ackedIn: Durations;
  /** The longest. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
}

export type StepEvent = typeof STEP_EVENTS[number];
export interface Topic {
  readonly topic: Cell;
  readonly count: number;
  readonly bytes: number;
  /** The last payload. */
  readonly last: Cell;
}
export interface Client {
  readonly clientid: Cell;
  readonly messages: number;
  readonly connects: number;
  /** Local time of its first and last line. */
  readonly first: Cell;
  readonly last: Cell;
}
export interface Reason {
  readonly reason: Cell;
  readonly count: number;
}

const STEP_EVENTS = [
  "message_publish",
  "message_delivered",
  "message_dropped",
  "client_connected",
  "client_disconnected",
] as const;

export function figuresOf(database: EventsDatabase): Figures {
  const ask = (sql: string): Cell[][] => rowsOf(database, sql);
  const [[lines, from, to, messages, delivered, dropped, connects] = []] = ask(
    `SELECT count(*), min(ms), max(ms), ${
      STEP_EVENTS.slice(0, 4).map((event) => `sum(action = '${event}')`).join(", ")
    } FROM events`,
  );
  // The numbers of all of them stand beside each of the first.
  const topics = ask(
    `SELECT topic, count, bytes, last, count(*) OVER (), sum(bytes) OVER () FROM topics
      ORDER BY count DESC, topic LIMIT ${MOST_ROWS}`,
  );
  const clients = ask(
    `SELECT clientid, messages, connects, first, last, count(*) OVER () FROM clients
      ORDER BY messages DESC, connects DESC, clientid LIMIT ${MOST_ROWS}`,
  );
  const axis = from === null || from === undefined
    ? undefined
    : new TimeAxis(Number(from), Number(to), zoneOf(ask));
  const [deliveredIn, ackedIn] = durationsOf(ask);
  return {
    lines: Number(lines),
    messages: Number(messages),
    delivered: Number(delivered),
    dropped: Number(dropped),
    connects: Number(connects),
    bytes: Number(topics[0]?.[5] ?? 0),
    topicCount: Number(topics[0]?.[4] ?? 0),
    clientCount: Number(clients[0]?.[5] ?? 0),
    axis,
    steps: axis === undefined ? new Map() : stepsOf(ask, axis),
    topics: topics.map(([topic = null, count, bytes, last = null]) => ({
      topic,
      count: Number(count),
      bytes: Number(bytes),
      last,
    })),
    clients: clients.map(([clientid = null, sent, times, first = null, last = null]) => ({
      clientid,
      messages: Number(sent),
      connects: Number(times),
      first,
      last,
    })),
    ends: reasonsOf(ask, "reason", "client_disconnected"),
    refusals: reasonsOf(ask, "conn_ack", "client_connack WHERE conn_ack <> 'Connection Accepted'"),
    drops: reasonsOf(ask, "reason", "message_dropped"),
    deliveredIn,
    ackedIn,
    gaps: ask(
      `SELECT before, ms FROM (SELECT ms, max(ms) OVER before AS before FROM events WHERE ms IS NOT NULL
          WINDOW before AS (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
        WHERE ms - before >= ${GAP} ORDER BY ms - before DESC LIMIT ${MOST_ROWS}`,
    ).map(([a, b]) => ({ from: Number(a), to: Number(b) })),
  };
}

type Ask = (sql: string) => Cell[][];

function rowsOf(database: EventsDatabase, sql: string): Cell[][] {
  const rows: Cell[][] = [];
  for (const { row } of database.ask(sql)) if (row !== undefined) rows.push([...row]);
  return rows;
}

/** How far the log's local time is ahead of UTC: one line that has both says it. */
function zoneOf(ask: Ask): number {
  const [[time, ms] = []] = ask(
    "SELECT time, ms FROM events WHERE time IS NOT NULL AND ms IS NOT NULL LIMIT 1",
  );
  const local = Date.parse(`${String(time).replace(" ", "T")}Z`);
  return Number.isNaN(local) ? 0 : Math.round((local - Number(ms)) / QUARTER) * QUARTER;
}

function stepsOf(ask: Ask, axis: TimeAxis): Map<StepEvent, number[]> {
  const steps = new Map<string, number[]>(
    STEP_EVENTS.map((event) => [event, new Array<number>(axis.count).fill(0)]),
  );
  const found = ask(
    `SELECT action, (ms - ${axis.start}) / ${axis.step}, count(*) FROM events
      WHERE ms IS NOT NULL AND action IN (${
      STEP_EVENTS.map((event) => `'${event}'`).join(", ")
    }) GROUP BY 1, 2`,
  );
  for (const [event, index, count] of found) {
    const counts = steps.get(String(event));
    if (counts !== undefined) counts[Number(index)] = Number(count);
  }
  return steps as Map<StepEvent, number[]>;
}

function reasonsOf(ask: Ask, column: string, from: string): Reason[] {
  return ask(`SELECT ${column}, count(*) FROM ${from} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MOST_ROWS}`).map(
    ([reason = null, count]) => ({ reason, count: Number(count) }),
  );
}

/** From publish to delivery, and to acknowledgement. Longer ones are rounded, so that they are not many. */
function durationsOf(ask: Ask): [Durations, Durations] {
  const rounded = (ms: string): string =>
    `CASE WHEN ${ms} < 1000 THEN max(${ms}, 0) WHEN ${ms} < 100000 THEN ${ms} / 100 * 100
      WHEN ${ms} < 10000000 THEN ${ms} / 10000 * 10000 ELSE ${ms} / 10000000 * 10000000 END`;
  const each = (name: string, column: string): string =>
    `SELECT '${name}', ${rounded(column)}, count(*) FROM l WHERE ${column} IS NOT NULL GROUP BY 2`;
  const rows = ask(
    `WITH l AS MATERIALIZED (SELECT delivered_ms AS d, acked_ms AS a FROM latency)
      ${each("d", "d")} UNION ALL ${each("a", "a")} ORDER BY 2`,
  );
  const of = (name: string): Durations =>
    rows.filter(([which]) => which === name).map(([, ms, count]) => [Number(ms), Number(count)]);
  return [of("d"), of("a")];
}
