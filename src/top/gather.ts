// What `top` shows: asked of the API, with the rates that two answers tell.
import type { ClientInfo, Overview, SinkInfo, TopicInfo, TopicsInfo } from "../status/api_types.ts";
import { allClients } from "../status/reader/all_clients.ts";
import type { Api } from "../status/reader/api.ts";
import { RatesOfClients } from "../status/reader/client_rates.ts";
import { Rates } from "../status/reader/rates.ts";

/** Topics asked for, those of which a message came last. */
const MOST_TOPICS = 1_000;
/** How long rates are kept, milliseconds. */
const SPAN = 60_000;

export const VIEWS = ["clients", "topics", "sinks"] as const;
export type View = typeof VIEWS[number];

export interface ClientRow extends ClientInfo {
  /** Messages it publishes, and PUBLISH packets to it, a second. */
  readonly in: number;
  readonly out: number;
}

export interface TopicRow extends TopicInfo {
  /** Messages a second. */
  readonly rate: number;
}

export interface SinkRow extends SinkInfo {
  /** Lines written a second. */
  readonly rate: number;
}

/** Answers of one moment; a view that was not asked for is empty. */
export interface Gathered {
  /** Those that were asked for. */
  readonly views: readonly View[];
  readonly overview: Overview;
  /** Messages received and sent, a second, each moment of the last minute; the newest last. */
  readonly rates: readonly (readonly number[])[];
  readonly clients: readonly ClientRow[];
  readonly topics: readonly TopicRow[];
  /** Messages of topics that the broker did not keep. */
  readonly topicsLeftOut: number;
  readonly sinks: readonly SinkRow[];
}

export class Gatherer {
  readonly #api: Api;
  readonly #rates = new Rates(SPAN);
  readonly #clients = new RatesOfClients();
  readonly #topics = new Map<string, Rates>();
  /** When the broker began to count topics, and when it was last asked. */
  #topicsSince: number | undefined = undefined;
  #topicsAt = 0;
  readonly #sinks = new Map<string, Rates>();

  constructor(api: Api) {
    this.#api = api;
  }

  /** Asks for these views. Rejects as `Api` does. */
  async gather(views: readonly View[]): Promise<Gathered> {
    const overview = await this.#api.get<Overview>("api/v1/overview");
    const { messages_received, messages_sent } = overview.counters;
    this.#rates.add(performance.now(), [messages_received, messages_sent]);
    const topics = views.includes("topics")
      ? await this.#api.get<TopicsInfo>("api/v1/topics", { _limit: MOST_TOPICS })
      : undefined;
    return {
      views,
      overview,
      rates: this.#rates.samples.map(({ rates }) => rates),
      clients: views.includes("clients") ? await this.#askClients() : [],
      topics: topics === undefined ? [] : this.#topicRows(topics),
      topicsLeftOut: topics?.left_out ?? 0,
      sinks: this.#rated(this.#sinks, overview.sinks, (sink) => sink.url, (sink) => sink.lines_written),
    };
  }

  async #askClients(): Promise<ClientRow[]> {
    const { rows } = await allClients(this.#api);
    const now = performance.now();
    this.#clients.take(rows, now);
    this.#clients.forgetBefore(now - SPAN);
    return rows.map((client) => ({ ...client, ...this.#clients.of(client.clientid) }));
  }

  /** A topic that is new since the last answer began at nothing then, where that answer had all topics. */
  #topicRows({ watching_since, total, topics }: TopicsInfo): TopicRow[] {
    if (watching_since !== this.#topicsSince) this.#topics.clear();
    else if (total <= topics.length) {
      for (const { topic } of topics) {
        if (this.#topics.has(topic)) continue;
        const rates = new Rates(0);
        rates.add(this.#topicsAt, [0]);
        this.#topics.set(topic, rates);
      }
    }
    this.#topicsSince = watching_since;
    this.#topicsAt = performance.now();
    return this.#rated(this.#topics, topics, ({ topic }) => topic, ({ count }) => count);
  }

  /** Rows with the rate of what they count; rows that are gone are forgotten. */
  #rated<Row>(
    known: Map<string, Rates>,
    rows: readonly Row[],
    nameOf: (row: Row) => string,
    countOf: (row: Row) => number,
  ): (Row & { readonly rate: number })[] {
    const now = performance.now();
    const names = new Set(rows.map(nameOf));
    for (const name of known.keys()) if (!names.has(name)) known.delete(name);
    return rows.map((row) => {
      const rates = known.get(nameOf(row)) ?? new Rates(0);
      known.set(nameOf(row), rates);
      rates.add(now, [countOf(row)]);
      return { ...row, rate: rates.now[0] ?? 0 };
    });
  }
}
