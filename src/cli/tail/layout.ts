// The columns of `tail` and how wide each is on a given terminal.

export interface Layout {
  /** Whether the time shows milliseconds. */
  readonly milliseconds: boolean;
  readonly event: number;
  readonly client: number;
  readonly topic: number;
  readonly flags: number;
  /** What is left at the end of the row. */
  readonly detail: number;
  /** Topic, flags and detail as one, for events without a topic. */
  readonly wideDetail: number;
}

/** `session_unsubscribed`, the longest of the events. */
const EVENT = 20;
/** `q1 rd` */
const FLAGS = 5;
const GAP = 1;
/**
 * Columns of detail where a row has no end: what a program reading it wants whole, `--full` or `--json` give.
 */
const ENDLESS_DETAIL = 1000;

/**
 * The layout for a row of `columns`; `undefined`: the row has no end, columns are padded as on a wide
 * terminal.
 */
export function layoutFor(columns: number | undefined): Layout {
  const row = Math.max(60, columns ?? 120);
  const milliseconds = row >= 96;
  const free = row - (milliseconds ? 12 : 8) - EVENT - FLAGS - 5 * GAP;
  // At 80 columns 42 are free: client 13, topic 15, detail 14. Wider terminals give the detail most.
  const client = Math.min(24, Math.round(free * (row < 96 ? 0.3 : 0.22)));
  const topic = Math.min(40, Math.round(free * (row < 96 ? 0.36 : 0.32)));
  const detail = columns === undefined ? ENDLESS_DETAIL : free - client - topic;
  const wideDetail = topic + FLAGS + detail + 2 * GAP;
  return { milliseconds, event: EVENT, client, topic, flags: FLAGS, detail, wideDetail };
}
