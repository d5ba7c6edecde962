// The table of each view: its columns, what they sort by, what the filter looks at.
import { topicFilterProblem, topicMatches } from "../mqtt/topics.ts";
import { bytesText, countText, durationText, rateText } from "../status/reader/figures.ts";
import { payloadLine } from "../status/reader/payload.ts";
import type { ClientRow, Gathered, SinkRow, TopicRow, View } from "./gather.ts";

export interface Column<Row> {
  readonly title: string;
  /** Stands right. */
  readonly number?: true;
  /** Columns of the terminal that it may be left without; the lowest are left out first. Absent: it stays. */
  readonly spare?: number;
  readonly text: (row: Row) => string;
  /** What it sorts by; absent: it does not. */
  readonly by?: (row: Row) => string | number;
}

interface ViewTable<Row> {
  readonly rows: (gathered: Gathered) => readonly Row[];
  readonly columns: readonly Column<Row>[];
  /** Where the order begins. */
  readonly sort: string;
  readonly selects: (row: Row, filter: string) => boolean;
}

const CLIENTS: ViewTable<ClientRow> = {
  rows: ({ clients }) => clients,
  sort: "in/s",
  selects: ({ clientid, username, ip_address }, filter) =>
    clientid.includes(filter) || username.includes(filter) || ip_address.startsWith(filter),
  columns: [
    { title: "client", text: (row) => row.clientid, by: (row) => row.clientid },
    { title: "user", spare: 1, text: ({ username }) => username === "undefined" ? "" : username },
    {
      title: "address",
      spare: 3,
      text: (row) => row.connected ? `${row.ip_address}:${row.port}` : "away",
      by: (row) => row.ip_address,
    },
    { title: "subs", spare: 2, number: true, ...counted<ClientRow>((row) => row.subscriptions_cnt) },
    { title: "queue", number: true, ...counted<ClientRow>((row) => row.mqueue_len) },
    { title: "in/s", number: true, ...rated<ClientRow>((row) => row.in) },
    { title: "out/s", number: true, ...rated<ClientRow>((row) => row.out) },
  ],
};

const TOPICS: ViewTable<TopicRow> = {
  rows: ({ topics }) => topics,
  sort: "msg/s",
  selects: ({ topic }, filter) =>
    /[+#]/.test(filter) && topicFilterProblem(filter) === undefined
      ? topicMatches(filter, topic)
      : topic.includes(filter),
  columns: [
    { title: "topic", text: (row) => row.topic, by: (row) => row.topic },
    { title: "count", number: true, ...counted<TopicRow>((row) => row.count) },
    { title: "msg/s", number: true, ...rated<TopicRow>((row) => row.rate) },
    {
      title: "bytes",
      number: true,
      spare: 1,
      text: (row) => bytesText(row.bytes),
      by: (row) => row.bytes,
    },
    { title: "last", text: ({ payload }) => payload === null ? "(hidden)" : payloadLine(payload) },
  ],
};

const SINKS: ViewTable<SinkRow> = {
  rows: ({ sinks }) => sinks,
  sort: "sink",
  selects: ({ url }, filter) => url.includes(filter),
  columns: [
    { title: "sink", text: (row) => row.url, by: (row) => row.url },
    { title: "state", text: (row) => row.state, by: (row) => row.state },
    { title: "lines/s", number: true, ...rated<SinkRow>((row) => row.rate) },
    { title: "waiting", number: true, ...counted<SinkRow>((row) => row.lines_waiting) },
    { title: "oldest", number: true, spare: 2, text: oldestText },
    { title: "dropped", number: true, ...counted<SinkRow>(dropped) },
    { title: "parked", number: true, spare: 1, text: ({ parked_bytes }) => bytesText(parked_bytes ?? 0) },
    { title: "last error", spare: 3, text: ({ last_error }) => last_error ?? "" },
  ],
};

const TABLES = { clients: CLIENTS, topics: TOPICS, sinks: SINKS } as const;

/** How a view is looked at. */
export interface Looking {
  /** Title of the column that sorts. */
  readonly sort: string;
  readonly ascending: boolean;
  /** "" for all. */
  readonly filter: string;
}

/** A view as text, not cut to any width yet. */
export interface TextTable {
  readonly columns: readonly Pick<Column<never>, "title" | "number" | "spare">[];
  readonly rows: readonly (readonly string[])[];
  /** Rows there are without the filter. */
  readonly total: number;
}

/** How a view is looked at in the beginning. */
export function firstLook(view: View): Looking {
  const { sort } = TABLES[view];
  return { sort, ascending: !startsWithLargest(view, sort), filter: "" };
}

/** Whether the order of this column begins with the largest. */
export function startsWithLargest(view: View, sort: string): boolean {
  return TABLES[view].columns.some(({ title, number }) => title === sort && number === true);
}

/** Titles that the view can be sorted by, in their order. */
export function sortsOf(view: View): string[] {
  return (TABLES[view].columns as readonly Column<never>[]).filter(({ by }) => by !== undefined)
    .map(({ title }) => title);
}

/** The rows of a view, those that are selected and in order. */
export function rowsOf<V extends View>(view: V, gathered: Gathered, looking: Looking): Gathered[V] {
  const table = TABLES[view] as ViewTable<Gathered[V][number]>;
  const by = table.columns.find(({ title }) => title === looking.sort)?.by ?? (() => 0);
  const sign = looking.ascending ? 1 : -1;
  const selected = table.rows(gathered).filter((row) =>
    looking.filter === "" || table.selects(row, looking.filter)
  );
  return selected.map((row) => ({ row, key: by(row) }))
    .sort((a, b) => a.key < b.key ? -sign : a.key > b.key ? sign : 0)
    .map(({ row }) => row) as unknown as Gathered[V];
}

/** @param most rows are made into text; what is not seen need not be */
export function textTable(
  view: View,
  gathered: Gathered,
  looking: Looking,
  from = 0,
  most = Infinity,
): TextTable & { readonly selected: number } {
  const table = TABLES[view] as unknown as ViewTable<unknown>;
  const rows: readonly unknown[] = rowsOf(view, gathered, looking);
  return {
    columns: table.columns,
    rows: rows.slice(from, from + most).map((row) => table.columns.map(({ text }) => text(row))),
    total: gathered[view].length,
    selected: rows.length,
  };
}

function counted<Row>(of: (row: Row) => number): Pick<Column<Row>, "text" | "by"> {
  return { text: (row) => countText(of(row)), by: of };
}

function rated<Row>(of: (row: Row) => number): Pick<Column<Row>, "text" | "by"> {
  return { text: (row) => rateText(of(row)), by: of };
}

function dropped({ lines_dropped }: SinkRow): number {
  return Object.values(lines_dropped).reduce((sum, count) => sum + count, 0);
}

function oldestText({ oldest_waiting }: SinkRow): string {
  return oldest_waiting === null ? "" : durationText((Date.now() - oldest_waiting) / 1_000);
}
