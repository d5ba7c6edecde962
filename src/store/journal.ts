// What the broker tells of its sessions so that they survive, and what it is given back: plain data, no SQL.
//
// Memory is what holds. A record is the broker's own object, read when the turn ends: what began and ended
// within one turn is never written.

/** A client as the lines name it. */
export interface PersonRecord {
  readonly node: number;
  readonly ipaddress: string;
  readonly clientId: string;
  readonly username: string | undefined;
}

/** What every stored message and Will says of itself. */
export interface ContentRecord {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly properties: {
    /** Encoded, as they are sent on. */
    readonly forwarded: Uint8Array;
    /** Seconds. */
    readonly messageExpiryInterval: number | undefined;
  };
}

/** A message, stored once however many sessions keep it. */
export interface MessageRecord extends ContentRecord {
  readonly from: PersonRecord;
  readonly fromType: string;
  readonly dup: boolean;
  /** The publisher's. */
  readonly packetId: number;
  /** Unix milliseconds. */
  readonly receivedAt: number;
  /** On the turn's monotonic clock; Infinity: never. */
  readonly expiresAt: number;
  /** Its number in the store, which gives it; 0: it has none. */
  stored: number;
}

/** A message on its way to a session. */
export interface DeliveryRecord {
  readonly message: MessageRecord;
  readonly size: number;
  /** {@link SessionRecord.row}; 0: nothing of it is stored. */
  readonly session: number;
  /** Its place among all deliveries. */
  readonly sequence: number;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly subscriptionIdentifiers: readonly number[] | undefined;
  /** 0 while it waits. */
  readonly packetId: number;
  readonly released: boolean;
  /** Whether the session keeps it, still. */
  readonly kept: boolean;
  /** The store's own. */
  inStore: boolean;
  /** The store's own: it changed since the last commit. */
  changed: boolean;
}

export interface WillRecord {
  readonly will: ContentRecord & { readonly delayInterval: number };
  /** On the turn's monotonic clock; Infinity while its client is here. */
  readonly dueAt: number;
}

export interface SessionRecord {
  /** Its number in the store; 0: it is not stored. */
  readonly row: number;
  /** The client as it was last here. */
  readonly identity: PersonRecord;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Milliseconds; Infinity: for ever. */
  readonly expiryInterval: number;
  /** On the turn's monotonic clock; `undefined` while its client is here. */
  readonly awaySince: number | undefined;
  readonly pendingWill: WillRecord | undefined;
  /** What may wait for it. */
  readonly queueLimits: { readonly maxQueuedMessages: number; readonly maxQueuedBytes: number };
}

export interface SubscriptionRecord {
  /** As the client wrote it. */
  readonly topicFilter: string;
  readonly qos: 0 | 1 | 2;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly id: number | undefined;
  readonly opts: object;
}

export type LoadedMessage = Omit<MessageRecord, "fromType"> & {
  readonly fromType: "custom" | "lastwill" | "system";
};

export interface LoadedDelivery extends
  Pick<
    DeliveryRecord,
    "session" | "sequence" | "qos" | "retain" | "subscriptionIdentifiers" | "packetId" | "released"
  > {
  readonly message: LoadedMessage;
}

/** A session as it is found at the start. */
export interface LoadedSession extends Omit<SessionRecord, "awaySince"> {
  readonly awaySince: number;
  readonly subscriptions: readonly SubscriptionRecord[];
  /** Packet Identifiers of QoS 2 messages from the client that wait for their PUBREL. */
  readonly received: readonly number[];
  /** In the order they were sent. */
  readonly inflight: readonly LoadedDelivery[];
  /** What waits; it is read in pages. */
  readonly waiting: WaitingCount;
}

/** How much waits for a session. */
export interface WaitingCount {
  readonly messages: number;
  readonly bytes: number;
  /** Messages of QoS 0 among them. */
  readonly qos0: number;
}

/** What the broker tells, within a turn. None of it throws. */
export interface Journal {
  /**
   * Whether anything outlives the process. Where not, no session has a row, and nothing else of a session is
   * told.
   */
  readonly keeps: boolean;
  /** Bytes that all deliveries together may take in it; 0: no limit. */
  readonly maxBytes: number;
  /** The disk does not take what it must: what would have to be stored is refused meanwhile. */
  readonly troubled: boolean;
  /** How many changes it was told. */
  readonly changes: number;
  /** A number that was never given before: for a session's row, or a delivery's place. */
  next(): number;

  /** The session is new, or anything of its record changed. */
  session(session: SessionRecord): void;
  /** It is over. Its deliveries are told one by one. */
  sessionOver(session: SessionRecord): void;
  subscribed(row: number, subscription: SubscriptionRecord): void;
  unsubscribed(row: number, topicFilter: string): void;
  /** A QoS 2 message came. */
  received(row: number, packetId: number): void;
  /** Its PUBREL came. */
  released(row: number, packetId: number): void;
  /** The delivery is new, or anything of its record changed. */
  delivery(delivery: DeliveryRecord): void;
  /** The topic has this Retained Message now, or none, in place of the one `before`. */
  retained(topic: string, message: MessageRecord | undefined, before: MessageRecord | undefined): void;

  /**
   * What waits for a session behind `sequence`, oldest first, about as much as asked; `undefined`: not now.
   */
  page(row: number, sequence: number, most: number): LoadedDelivery[] | undefined;
  /** The oldest of QoS 0 that waits behind `sequence`. */
  oldestQos0(row: number, sequence: number): LoadedDelivery | undefined;
  /** Some of what waits and has expired. */
  expired(most: number): LoadedDelivery[];
  /** Topics of some Retained Messages that have expired. */
  expiredRetained(most: number): string[];

  /** All sessions. Called once, before anything is told. */
  sessions(): LoadedSession[];
  /** All Retained Messages. Called once, before anything is told. */
  retainedMessages(): Iterable<LoadedMessage>;
  /** To be called each second: what is to be done now and then. */
  tick(): void;
}

/** Nothing outlives the process: `store.path = "memory"`. */
export class NoJournal implements Journal {
  readonly keeps: boolean = false;
  readonly troubled: boolean = false;
  readonly maxBytes = 0;
  readonly changes = 0;
  #next = 0;

  next(): number {
    return ++this.#next;
  }

  session(): void {}
  sessionOver(): void {}
  subscribed(): void {}
  unsubscribed(): void {}
  received(): void {}
  released(): void {}
  delivery(): void {}
  retained(): void {}
  tick(): void {}

  page(): LoadedDelivery[] {
    return [];
  }

  oldestQos0(): undefined {}

  expired(): LoadedDelivery[] {
    return [];
  }

  expiredRetained(): string[] {
    return [];
  }

  sessions(): LoadedSession[] {
    return [];
  }

  retainedMessages(): LoadedMessage[] {
    return [];
  }
}
