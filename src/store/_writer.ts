// Changes as rows: the statements that write them, within a transaction of the caller.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Changes, Step } from "./_changes.ts";
import type { ContentRecord, DeliveryRecord, MessageRecord, SessionRecord } from "./journal.ts";
import type { ClockStamp, StoreClock } from "./store_clock.ts";

export class Writer {
  readonly #clock: StoreClock;
  readonly #statements: Statements;
  #lastMessage: number;

  /** @param lastMessage the highest number that a message in the store has */
  constructor(db: DatabaseSync, clock: StoreClock, lastMessage: number) {
    this.#clock = clock;
    this.#statements = prepare(db);
    this.#lastMessage = lastMessage;
  }

  stamp({ now, timeOfDay }: ClockStamp): void {
    this.#statements.stamp.run(now, timeOfDay);
  }

  write(changes: Changes): void {
    for (const step of changes.steps) this.#step(step);
    this.#messages(changes);
    const { dropDeliveries } = this.#statements;
    const dropped = new Ranges((session, from, to) => dropDeliveries.run(session, from, to));
    for (const delivery of changes.deliveries) this.#delivery(delivery, dropped);
    dropped.end();
    const { putRetained, dropRetained } = this.#statements;
    for (const [topic, { message }] of changes.retained) {
      if (message === undefined) dropRetained.run(topic);
      else putRetained.run(topic, message.stored, this.#clock.of(message.expiresAt));
    }
    for (const session of changes.sessions) if (!changes.over.has(session)) this.#session(session);
    for (const { row } of changes.over) {
      for (const statement of this.#statements.dropSession) statement.run(row);
    }
  }

  #step(step: Step): void {
    const { subscribe, unsubscribe, receive, release } = this.#statements;
    switch (step.kind) {
      case "subscribed": {
        const { topicFilter, qos, noLocal, retainAsPublished, id, opts } = step.subscription;
        const flags = [Number(noLocal), Number(retainAsPublished)];
        subscribe.run(step.row, topicFilter, qos, ...flags, id ?? null, JSON.stringify(opts));
        return;
      }
      case "unsubscribed":
        unsubscribe.run(step.row, step.topicFilter);
        return;
      case "received":
        receive.run(step.row, step.packetId);
        return;
      case "released":
        release.run(step.row, step.packetId);
    }
  }

  /** Each message once, with how many keep it; the last one to give it up takes it out. */
  #messages({ deliveries, retained, numbered }: Changes): void {
    const keepers = new Map<MessageRecord, number>();
    const count = (message: MessageRecord, by: number): void => {
      keepers.set(message, (keepers.get(message) ?? 0) + by);
    };
    for (const { inStore, kept, message } of deliveries) if (inStore !== kept) count(message, kept ? 1 : -1);
    for (const { message, inStore } of retained.values()) {
      if (message !== undefined) count(message, 1);
      if (inStore !== undefined) count(inStore, -1);
    }
    const { keepMore, keepLess, dropMessage, dropMessages } = this.#statements;
    const dropped = new Ranges((_, from, to) => {
      if (dropMessages.run(from, to).changes !== to - from + 1) keepLess.run(from, to);
    });
    for (const [message, more] of keepers) {
      if (message.stored === 0) {
        if (more <= 0) continue;
        numbered.push(message);
        this.#newMessage(message, more);
      } else if (more > 0) keepMore.run(more, message.stored);
      else if (more === -1) dropped.add(0, message.stored);
      else if (more < 0 && dropMessage.run(message.stored, -more).changes === 0) {
        keepMore.run(more, message.stored);
      }
    }
    dropped.end();
  }

  #newMessage(message: MessageRecord, keepers: number): void {
    const { from, fromType, dup, packetId, receivedAt, expiresAt, properties } = message;
    message.stored = ++this.#lastMessage;
    this.#statements.putMessage.run(
      message.stored,
      keepers,
      from.node,
      from.ipaddress,
      from.clientId,
      from.username ?? null,
      fromType,
      message.topic,
      message.payload,
      message.qos,
      Number(dup),
      Number(message.retain),
      packetId,
      properties.forwarded,
      properties.messageExpiryInterval ?? null,
      receivedAt,
      this.#clock.of(expiresAt),
    );
  }

  #delivery(delivery: DeliveryRecord, dropped: Ranges): void {
    const { session, sequence, inStore, kept, packetId, released, message } = delivery;
    if (!kept) {
      if (inStore) dropped.add(session, sequence);
    } else if (inStore) this.#statements.changeDelivery.run(packetId, Number(released), session, sequence);
    else {
      const { size, qos, retain, subscriptionIdentifiers: ids } = delivery;
      this.#statements.putDelivery.run(
        session,
        sequence,
        message.stored,
        size,
        qos,
        Number(retain),
        packetId,
        Number(released),
        ids === undefined ? null : JSON.stringify(ids),
        this.#clock.of(message.expiresAt),
      );
    }
  }

  #session(
    { row, identity, createdAt, expiryInterval, awaySince, pendingWill, queueLimits }: SessionRecord,
  ): void {
    const { putSession, putWill, dropWill } = this.#statements;
    putSession.run(
      row,
      identity.node,
      identity.ipaddress,
      identity.clientId,
      identity.username ?? null,
      createdAt,
      finite(expiryInterval),
      this.#clock.of(awaySince ?? Infinity),
      finite(queueLimits.maxQueuedMessages),
      finite(queueLimits.maxQueuedBytes),
    );
    if (pendingWill === undefined) {
      dropWill.run(row);
      return;
    }
    const { will, dueAt } = pendingWill;
    putWill.run(row, ...content(will), will.delayInterval, this.#clock.of(dueAt));
  }
}

/** Numbers that follow one another: one statement drops them all. */
class Ranges {
  readonly #drop: (row: number, from: number, to: number) => void;
  #row = 0;
  #from = 0;
  /** Before the first: none. */
  #to = -1;

  constructor(drop: (row: number, from: number, to: number) => void) {
    this.#drop = drop;
  }

  add(row: number, number: number): void {
    if (row !== this.#row || number !== this.#to + 1) {
      this.end();
      this.#row = row;
      this.#from = number;
    }
    this.#to = number;
  }

  end(): void {
    if (this.#to >= this.#from) this.#drop(this.#row, this.#from, this.#to);
    this.#to = -1;
  }
}

function content(
  { topic, payload, qos, retain, properties }: ContentRecord,
): (string | number | Uint8Array | null)[] {
  const { forwarded, messageExpiryInterval } = properties;
  return [topic, payload, qos, Number(retain), forwarded, messageExpiryInterval ?? null];
}

function finite(number: number): number | null {
  return number === Infinity ? null : number;
}

type Name =
  | "stamp"
  | "putSession"
  | "putWill"
  | "dropWill"
  | "subscribe"
  | "unsubscribe"
  | "receive"
  | "release"
  | "putMessage"
  | "keepMore"
  | "keepLess"
  | "dropMessage"
  | "dropMessages"
  | "putDelivery"
  | "changeDelivery"
  | "dropDeliveries"
  | "putRetained"
  | "dropRetained";

interface Statements extends Readonly<Record<Name, StatementSync>> {
  readonly dropSession: readonly StatementSync[];
}

function prepare(db: DatabaseSync): Statements {
  const put = (table: string, columns: number): StatementSync =>
    db.prepare(`REPLACE INTO ${table} VALUES (${Array(columns).fill("?").join(", ")})`);
  const dropSession = ["session", "will", "subscription", "received"].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE ${table === "session" ? "id" : "session"} = ?`)
  );
  return {
    stamp: db.prepare("REPLACE INTO clock VALUES (1, ?, ?)"),
    putSession: put("session", 10),
    dropSession,
    putWill: put("will", 9),
    dropWill: db.prepare("DELETE FROM will WHERE session = ?"),
    subscribe: put("subscription", 7),
    unsubscribe: db.prepare("DELETE FROM subscription WHERE session = ? AND topic_filter = ?"),
    receive: put("received", 2),
    release: db.prepare("DELETE FROM received WHERE session = ? AND packet_id = ?"),
    putMessage: put("message", 17),
    keepMore: db.prepare("UPDATE message SET keepers = keepers + ? WHERE id = ?"),
    keepLess: db.prepare("UPDATE message SET keepers = keepers - 1 WHERE id BETWEEN ? AND ?"),
    dropMessages: db.prepare("DELETE FROM message WHERE id BETWEEN ? AND ? AND keepers <= 1"),
    dropMessage: db.prepare("DELETE FROM message WHERE id = ? AND keepers <= ?"),
    putDelivery: put("delivery", 10),
    changeDelivery: db.prepare(
      "UPDATE delivery SET packet_id = ?, released = ? WHERE session = ? AND sequence = ?",
    ),
    dropDeliveries: db.prepare("DELETE FROM delivery WHERE session = ? AND sequence BETWEEN ? AND ?"),
    putRetained: put("retained", 3),
    dropRetained: db.prepare("DELETE FROM retained WHERE topic = ?"),
  };
}
