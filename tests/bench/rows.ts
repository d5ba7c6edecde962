// The rows of the table: what load each one is, and which of its figures count.

/** How a figure is written. */
export type Unit = "per second" | "ms" | "MB" | "share" | "ticks/s";

export interface Metric {
  /** Its key among the figures of a run. */
  readonly figure: string;
  readonly title: string;
  readonly unit: Unit;
}

interface Named {
  /** What `--only` calls it. */
  readonly id: string;
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** Only for the Hookline with these hooks; default: for both. */
  readonly hooks?: "off" | "all";
}

/** A broker under the load of mqttload. */
export interface LoadRow extends Named {
  readonly kind: "load";
  /** Arguments of mqttload, without port and time. */
  readonly load: readonly string[];
  /** Sends at a fixed rate: the tail needs a longer run, and the generator spins instead of waiting. */
  readonly paced: boolean;
  /** Over TLS, with a certificate that is made for the run. */
  readonly tls?: true;
}

/** A broker whose clients did something once and are still there. */
export interface IdleRow extends Named {
  readonly kind: "idle";
  /** Arguments of mqttload, without port and time. */
  readonly load: readonly string[];
}

/** A part of Hookline in a process of its own, without a network. */
export interface PartRow extends Named {
  readonly kind: "part";
  /** Below tests/bench. It prints its figures as JSON; its argument is how many seconds a measurement may take. */
  readonly script: string;
}

export type Row = LoadRow | IdleRow | PartRow;

const P99: Metric = { figure: "p99_ms", title: "p99", unit: "ms" };
const P999: Metric = { figure: "p999_ms", title: "p99.9", unit: "ms" };

export const ROWS: readonly Row[] = [
  flood("flood-0", "flood QoS 0 → 1", "-q 0"),
  flood("flood-1", "flood QoS 1 → 1", "-q 1"),
  // Mosquitto looks through all that is under way for each packet: with more of it a run takes minutes to end.
  flood("flood-2", "flood QoS 2 → 1, 10,000 under way", "-q 2 -w 10000"),
  flood("flood-0-to-8", "flood QoS 0 → 8", "-q 0 -S 8"),
  pingpong(100, []),
  pingpong(1000, [{ figure: "least_share", title: "slowest client, share of the mean", unit: "share" }]),
  stored(flood("flood-1", "flood QoS 1 → 1", "-q 1")),
  stored(pingpong(100, [])),
  load("connects", "connects", "connect -n 50", [
    { figure: "connects_per_s", title: "connects/s", unit: "per second" },
  ]),
  overTls(flood("tls-flood-0", "TLS: flood QoS 0 → 1", "-q 0")),
  overTls(flood("tls-flood-1", "TLS: flood QoS 1 → 1", "-q 1")),
  overTls(load("tls-connects", "TLS: connects, each with a whole handshake", "connect -n 50", [
    { figure: "connects_per_s", title: "connects/s", unit: "per second" },
  ])),
  paced("paced-1000", "paced 1,000 clients × 10,000/s, QoS 1", "-n 1000 -r 10000", [P99, P999]),
  paced("paced-100", "paced 100 clients × 20,000/s, QoS 1", "-n 100 -r 20000", [P99, P999]),
  paced("cpu", "1,000/s over 100 clients, QoS 1", "-n 100 -r 1000", [
    { figure: "cpu_ticks_per_s", title: "CPU", unit: "ticks/s" },
  ]),
  {
    kind: "part",
    id: "lines",
    title: "lines made and written, in one process",
    script: "_lines.ts",
    hooks: "all",
    metrics: [
      { figure: "lines_per_s", title: "lines/s", unit: "per second" },
      { figure: "of_bare_writes", title: "share of a bare loop of 64 KiB writes", unit: "share" },
    ],
  },
  {
    kind: "idle",
    id: "idle",
    title: "10,000 idle connections",
    load: ["idle", "-n", "10000"],
    metrics: [
      { figure: "idle_mb", title: "memory before", unit: "MB" },
      { figure: "held_mb", title: "memory with them", unit: "MB" },
    ],
  },
  {
    kind: "idle",
    id: "subscriptions",
    title: "1 M subscriptions of 100 clients",
    load: ["subscribe", "-n", "100", "-S", "10000"],
    hooks: "off",
    metrics: [{ figure: "held_mb", title: "memory", unit: "MB" }],
  },
  {
    kind: "part",
    id: "matches",
    title: "1 M subscriptions, in one process",
    script: "_matches.ts",
    hooks: "off",
    metrics: [{ figure: "matches_per_s", title: "topics matched/s", unit: "per second" }],
  },
];

function load(id: string, title: string, args: string, metrics: readonly Metric[], isPaced = false): LoadRow {
  return { kind: "load", id, title, load: args.split(" "), metrics, paced: isPaced };
}

function flood(id: string, title: string, args: string): LoadRow {
  return load(id, title, `flood ${args}`, [
    { figure: "delivered_per_s", title: "deliveries/s", unit: "per second" },
  ]);
}

/** Whether the generator and the brokers must speak TLS for it. */
export function hasTls(row: Row): boolean {
  return row.kind === "load" && row.tls === true;
}

function overTls(row: LoadRow): LoadRow {
  return { ...row, load: [...row.load, "-e"], tls: true };
}

/** Of clients whose sessions outlive their connections. */
function stored(row: LoadRow): LoadRow {
  const { id, title, load: args } = row;
  return { ...row, id: `stored-${id}`, title: `stored sessions: ${title}`, load: [...args, "-k"] };
}

function pingpong(clients: number, more: readonly Metric[]): LoadRow {
  return load(`pingpong-${clients}`, `pingpong ${clients} clients, QoS 1`, `pingpong -q 1 -n ${clients}`, [
    { figure: "roundtrips_per_s", title: "round trips/s", unit: "per second" },
    P99,
    ...more,
  ]);
}

function paced(id: string, title: string, args: string, metrics: readonly Metric[]): LoadRow {
  return load(id, title, `paced -q 1 ${args}`, metrics, true);
}
