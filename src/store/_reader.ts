// Rows as the records that the broker is given back.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type {
  LoadedDelivery,
  LoadedMessage,
  LoadedSession,
  PersonRecord,
  SubscriptionRecord,
  WaitingCount,
  WillRecord,
} from "./journal.ts";
import type { StoreClock } from "./store_clock.ts";

/** Bytes after which a page is full. */
const PAGE_BYTES = 1024 ** 2;
/** Retained Messages of one page. */
const PAGE_ROWS = 1_000;

/** As the Writer wrote it: `never`, so that each value is taken for what its column holds. */
type Row = Record<string, never>;
/** The same, by the places of the columns: half the work, where there are many. */
type Cells = readonly never[];

const MESSAGE = `m.id, m.from_node, m.from_address, m.from_client_id, m.from_username, m.from_type, m.topic,
  m.payload, m.qos, m.dup, m.retain, m.packet_id, m.properties, m.message_expiry_interval, m.received_at,
  m.expires_at`;
const DELIVERY = `${MESSAGE}, d.session, d.sequence, d.qos, d.retain, d.packet_id, d.released, d.identifiers`;
const DELIVERIES = `SELECT ${DELIVERY} FROM delivery d JOIN message m ON m.id = d.message`;
const PAGE = `SELECT ${DELIVERY} FROM (
    SELECT *, sum(size) OVER (ORDER BY sequence) - size AS before FROM delivery
    WHERE session = ? AND sequence > ? AND packet_id = 0 ORDER BY sequence LIMIT ?
  ) d JOIN message m ON m.id = d.message WHERE d.before < ${PAGE_BYTES} ORDER BY d.sequence`;

export class Reader {
  readonly #db: DatabaseSync;
  readonly #clock: StoreClock;
  readonly #page: StatementSync;
  readonly #qos0: StatementSync;
  readonly #expired: StatementSync;
  readonly #expiredRetained: StatementSync;
  readonly #nextExpiry: StatementSync;

  constructor(db: DatabaseSync, clock: StoreClock) {
    this.#db = db;
    this.#clock = clock;
    this.#page = this.#cells(PAGE);
    const behind = "d.session = ? AND d.sequence > ?";
    this.#qos0 = this.#cells(`${DELIVERIES} WHERE ${behind} AND d.qos = 0 ORDER BY d.sequence LIMIT 1`);
    this.#expired = this.#cells(`${DELIVERIES} WHERE d.expires_at <= ? AND d.packet_id = 0 LIMIT ?`);
    this.#nextExpiry = db.prepare(
      `SELECT min(at) AS at FROM (
        SELECT min(expires_at) AS at FROM delivery WHERE expires_at IS NOT NULL AND packet_id = 0
        UNION ALL SELECT min(expires_at) FROM retained WHERE expires_at IS NOT NULL)`,
    );
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
    return this.#deliveries(this.#page, row, sequence, most);
  }

  oldestQos0(row: number, sequence: number): LoadedDelivery | undefined {
    return this.#deliveries(this.#qos0, row, sequence)[0];
  }

  /** When something expires next, on the turn's monotonic clock; Infinity: never. */
  nextExpiry(): number {
    const found = this.#nextExpiry.get() as Row;
    return this.#clock.monotonic(found["at"] ?? null);
  }

  /** @param now on the turn's monotonic clock */
  expired(now: number, most: number): LoadedDelivery[] {
    return this.#deliveries(this.#expired, this.#clock.of(now) ?? 0, most);
  }

  expiredRetained(now: number, most: number): string[] {
    return this.#expiredRetained.all(this.#clock.of(now), most).map((row) => (row as Row)["topic"] ?? "");
  }

  /** In pages: all at once would cost memory, and one by one time. */
  *retained(): Iterable<LoadedMessage> {
    const page = this.#cells(
      `SELECT ${MESSAGE} FROM retained r JOIN message m ON m.id = r.message
        WHERE r.topic > ? ORDER BY r.topic LIMIT ${PAGE_ROWS}`,
    );
    for (let topic = "";;) {
      const messages = page.all(topic).map((cells) => this.#message(asCells(cells)));
      yield* messages;
      if (messages.length < PAGE_ROWS) return;
      topic = messages.at(-1)?.topic ?? "";
    }
  }

  /**
   * @param lastAlive when the clients that were here are taken to have gone, on the turn's monotonic clock
   */
  sessions(lastAlive: number): LoadedSession[] {
    const subscriptions = this.#bySession("SELECT * FROM subscription", subscriptionOf);
    const received = this.#bySession("SELECT * FROM received", (row): number => row["packet_id"] ?? 0);
    const inflight = Map.groupBy(
      this.#deliveries(this.#cells(`${DELIVERIES} WHERE d.packet_id <> 0 ORDER BY d.session, d.sequence`)),
      ({ session }) => session,
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
        identity: personOf(row),
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

  #cells(sql: string): StatementSync {
    const statement = this.#db.prepare(sql);
    // Deno has the method; its types do not.
    (statement as StatementSync & { setReturnArrays(on: boolean): void }).setReturnArrays(true);
    return statement;
  }

  #deliveries(statement: StatementSync, ...parameters: readonly number[]): LoadedDelivery[] {
    return statement.all(...parameters).map((found) => {
      const cells = asCells(found);
      const ids: string | undefined = cells[22] ?? undefined;
      return {
        session: cells[16] ?? 0,
        sequence: cells[17] ?? 0,
        qos: cells[18] ?? 0,
        retain: cells[19] === 1,
        packetId: cells[20] ?? 0,
        released: cells[21] === 1,
        subscriptionIdentifiers: ids === undefined ? undefined : JSON.parse(ids),
        message: this.#message(cells),
      };
    });
  }

  #message(cells: Cells): LoadedMessage {
    return {
      stored: cells[0] ?? 0,
      from: {
        node: cells[1] ?? 0,
        ipaddress: cells[2] ?? "",
        clientId: cells[3] ?? "",
        username: cells[4] ?? undefined,
      },
      fromType: cells[5] ?? "custom",
      topic: cells[6] ?? "",
      payload: cells[7] ?? NOTHING,
      qos: cells[8] ?? 0,
      dup: cells[9] === 1,
      retain: cells[10] === 1,
      packetId: cells[11] ?? 0,
      properties: { forwarded: cells[12] ?? NOTHING, messageExpiryInterval: cells[13] ?? undefined },
      receivedAt: cells[14] ?? 0,
      expiresAt: this.#clock.monotonic(cells[15] ?? null),
    };
  }

  #will(row: Row, lastAlive: number): WillRecord {
    const delayInterval: number = row["delay_interval"] ?? 0;
    const due: number | null = row["due_at"] ?? null;
    return {
      will: {
        topic: row["topic"] ?? "",
        payload: row["payload"] ?? NOTHING,
        qos: row["qos"] ?? 0,
        retain: row["retain"] === 1,
        delayInterval,
        properties: {
          forwarded: row["properties"] ?? NOTHING,
          messageExpiryInterval: row["message_expiry_interval"] ?? undefined,
        },
      },
      dueAt: Math.min(this.#clock.monotonic(due), lastAlive + delayInterval * 1000),
    };
  }
}

const NOTHING = new Uint8Array(0);

/** Of a statement that returns arrays. */
function asCells(found: unknown): Cells {
  return found as Cells;
}

function personOf(row: Row): PersonRecord {
  return {
    node: row["node"] ?? 0,
    ipaddress: row["address"] ?? "",
    clientId: row["client_id"] ?? "",
    username: row["username"] ?? undefined,
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
