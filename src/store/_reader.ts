// Rows as the records that the broker is given back.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type {
  LoadedDelivery,
  LoadedMessage,
  LoadedSession,
  SubscriptionRecord,
  WaitingCount,
  WillRecord,
} from "./journal.ts";
import type { StoreClock } from "./store_clock.ts";

/** Bytes after which a page is full. */
const PAGE_BYTES = 1024 ** 2;

/** As the Writer wrote it: `never`, so that each value is taken for what its column holds. */
type Row = Record<string, never>;

const MESSAGE = `m.id, m.from_node, m.from_address, m.from_client_id, m.from_username, m.from_type, m.topic,
  m.payload, m.qos AS message_qos, m.dup, m.retain AS message_retain, m.packet_id AS message_packet_id,
  m.properties, m.message_expiry_interval, m.received_at, m.expires_at`;
const DELIVERY =
  `SELECT d.session, d.sequence, d.size, d.qos, d.retain, d.packet_id, d.released, d.identifiers,
  ${MESSAGE} FROM delivery d JOIN message m ON m.id = d.message`;

export class Reader {
  readonly #db: DatabaseSync;
  readonly #clock: StoreClock;
  readonly #page: StatementSync;
  readonly #qos0: StatementSync;
  readonly #expired: StatementSync;
  readonly #expiredRetained: StatementSync;

  constructor(db: DatabaseSync, clock: StoreClock) {
    this.#db = db;
    this.#clock = clock;
    const behind = "d.session = ? AND d.sequence > ?";
    this.#page = db.prepare(`${DELIVERY} WHERE ${behind} AND d.packet_id = 0 ORDER BY d.sequence LIMIT ?`);
    this.#qos0 = db.prepare(`${DELIVERY} WHERE ${behind} AND d.qos = 0 ORDER BY d.sequence LIMIT 1`);
    this.#expired = db.prepare(`${DELIVERY} WHERE d.expires_at <= ? AND d.packet_id = 0 LIMIT ?`);
    this.#expiredRetained = db.prepare("SELECT topic FROM retained WHERE expires_at <= ? LIMIT ?");
  }

  /** The highest number of anything in the store. */
  highest(): { readonly message: number; readonly other: number } {
    const { message = 0, session = 0, sequence = 0 } = this.#db.prepare(
      `SELECT ifnull((SELECT max(id) FROM message), 0) AS message,
        ifnull((SELECT max(id) FROM session), 0) AS session,
        ifnull((SELECT max(sequence) FROM delivery), 0) AS sequence`,
    ).get() as Row;
    return { message, other: Math.max(session, sequence) };
  }

  page(row: number, sequence: number, most: number): LoadedDelivery[] {
    const page: LoadedDelivery[] = [];
    let bytes = 0;
    for (const found of this.#page.iterate(row, sequence, most)) {
      page.push(this.#delivery(found as Row));
      if ((bytes += (found as Row)["size"] ?? 0) >= PAGE_BYTES) break;
    }
    return page;
  }

  oldestQos0(row: number, sequence: number): LoadedDelivery | undefined {
    const found = this.#qos0.get(row, sequence);
    return found && this.#delivery(found as Row);
  }

  /** @param now on the turn's monotonic clock */
  expired(now: number, most: number): LoadedDelivery[] {
    return this.#expired.all(this.#clock.of(now), most).map((row) => this.#delivery(row as Row));
  }

  expiredRetained(now: number, most: number): string[] {
    return this.#expiredRetained.all(this.#clock.of(now), most).map((row) => (row as Row)["topic"] ?? "");
  }

  *retained(): Iterable<LoadedMessage> {
    const sql = `SELECT ${MESSAGE} FROM retained r JOIN message m ON m.id = r.message`;
    for (const row of this.#db.prepare(sql).iterate()) yield this.#message(row as Row);
  }

  /**
   * @param lastAlive when the clients that were here are taken to have gone, on the turn's monotonic clock
   */
  sessions(lastAlive: number): LoadedSession[] {
    const subscriptions = this.#bySession("SELECT * FROM subscription", subscriptionOf);
    const received = this.#bySession("SELECT * FROM received", (row): number => row["packet_id"] ?? 0);
    const inflight = this.#bySession(
      `${DELIVERY} WHERE d.packet_id <> 0 ORDER BY d.session, d.sequence`,
      (row) => this.#delivery(row),
    );
    const waiting = this.#bySession(
      "SELECT session, count(*) AS messages, sum(size) AS bytes, sum(qos = 0) AS qos0 FROM delivery " +
        "WHERE packet_id = 0 GROUP BY session",
      ({ messages, bytes, qos0 }): WaitingCount => ({
        messages: messages ?? 0,
        bytes: bytes ?? 0,
        qos0: qos0 ?? 0,
      }),
    );
    const wills = this.#bySession("SELECT * FROM will", (row) => this.#will(row, lastAlive));
    return this.#db.prepare("SELECT * FROM session").all().map((found): LoadedSession => {
      const row = found as Row;
      const id: number = row["id"] ?? 0;
      return {
        row: id,
        identity: personOf(row, ""),
        createdAt: row["created_at"] ?? 0,
        expiryInterval: row["expiry_interval"] ?? Infinity,
        awaySince: Math.min(lastAlive, this.#clock.monotonic(row["away_since"] ?? null)),
        pendingWill: wills.get(id)?.[0],
        queueLimits: {
          maxQueuedMessages: row["max_queued_messages"] ?? Infinity,
          maxQueuedBytes: row["max_queued_bytes"] ?? Infinity,
        },
        subscriptions: subscriptions.get(id) ?? [],
        received: received.get(id) ?? [],
        inflight: inflight.get(id) ?? [],
        waiting: waiting.get(id)?.[0] ?? { messages: 0, bytes: 0, qos0: 0 },
      };
    });
  }

  #bySession<T>(sql: string, make: (row: Row) => T): Map<number, T[]> {
    const all = new Map<number, T[]>();
    for (const found of this.#db.prepare(sql).iterate()) {
      const row = found as Row;
      const session: number = row["session"] ?? 0;
      const known = all.get(session);
      if (known === undefined) all.set(session, [make(row)]);
      else known.push(make(row));
    }
    return all;
  }

  #delivery(row: Row): LoadedDelivery {
    const identifiers: string | undefined = row["identifiers"] ?? undefined;
    return {
      session: row["session"] ?? 0,
      sequence: row["sequence"] ?? 0,
      qos: row["qos"] ?? 0,
      retain: row["retain"] === 1,
      packetId: row["packet_id"] ?? 0,
      released: row["released"] === 1,
      subscriptionIdentifiers: identifiers === undefined ? undefined : JSON.parse(identifiers),
      message: this.#message(row),
    };
  }

  #message(row: Row): LoadedMessage {
    return {
      stored: row["id"] ?? 0,
      from: personOf(row, "from_"),
      fromType: row["from_type"] ?? "custom",
      topic: row["topic"] ?? "",
      payload: row["payload"] ?? new Uint8Array(0),
      qos: row["message_qos"] ?? 0,
      dup: row["dup"] === 1,
      retain: row["message_retain"] === 1,
      packetId: row["message_packet_id"] ?? 0,
      properties: propertiesOf(row),
      receivedAt: row["received_at"] ?? 0,
      expiresAt: this.#clock.monotonic(row["expires_at"] ?? null),
    };
  }

  #will(row: Row, lastAlive: number): WillRecord {
    const delayInterval: number = row["delay_interval"] ?? 0;
    const due: number | null = row["due_at"] ?? null;
    return {
      will: {
        topic: row["topic"] ?? "",
        payload: row["payload"] ?? new Uint8Array(0),
        qos: row["qos"] ?? 0,
        retain: row["retain"] === 1,
        delayInterval,
        properties: propertiesOf(row),
      },
      dueAt: Math.min(this.#clock.monotonic(due), lastAlive + delayInterval * 1000),
    };
  }
}

function personOf(row: Row, prefix: string): LoadedMessage["from"] {
  return {
    node: row[`${prefix}node`] ?? 0,
    ipaddress: row[`${prefix}address`] ?? "",
    clientId: row[`${prefix}client_id`] ?? "",
    username: row[`${prefix}username`] ?? undefined,
  };
}

function propertiesOf(row: Row): LoadedMessage["properties"] {
  return {
    forwarded: row["properties"] ?? new Uint8Array(0),
    messageExpiryInterval: row["message_expiry_interval"] ?? undefined,
  };
}

function subscriptionOf(row: Row): SubscriptionRecord {
  return {
    topicFilter: row["topic_filter"] ?? "",
    qos: row["qos"] ?? 0,
    noLocal: row["no_local"] === 1,
    retainAsPublished: row["retain_as_published"] === 1,
    id: row["identifier"] ?? undefined,
    opts: JSON.parse(row["opts"] ?? "{}"),
  };
}
