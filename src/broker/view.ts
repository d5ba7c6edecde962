// What the operator sees of the broker, as plain data, and what the operator may do to it.
import { ClientIdentity } from "../hooks/client_identity.ts";
import type { FromType } from "../hooks/events.ts";
import type { QoS } from "../mqtt/packets.ts";
import { NO_PROPERTIES } from "../mqtt/publish_properties.ts";
import type { Clients } from "./clients.ts";
import type { BrokerContext } from "./context.ts";
import type { Counters } from "./counters.ts";
import { expiryTime, Message } from "./message.ts";
import { publish } from "./publish.ts";
import type { Session } from "./session.ts";
import type { Subscription } from "./subscription.ts";
import type { Traffic } from "./traffic.ts";

/** All that is counted, now. Nothing is worked out for it that takes longer with more clients. */
export interface BrokerSnapshot {
  readonly nodeId: number;
  /** Since the start; only grow. */
  readonly counters: Readonly<Counters>;
  /** Of all listeners that there were since the start. */
  readonly traffic: Readonly<Traffic>;
  /** Clients connected. */
  readonly clients: number;
  /** Of clients that are here and of those that are away. */
  readonly sessions: number;
  /** Connections that have sent no CONNECT, or whose CONNECT is not decided, among others. */
  readonly connections: number;
  readonly subscriptions: number;
  readonly sharedSubscriptions: number;
  /** Topics with a Retained Message, and what these take. */
  readonly retainedMessages: number;
  readonly retainedBytes: number;
  /** Of messages that wait for clients or are not acknowledged by them. */
  readonly keptMessages: number;
  readonly keptBytes: number;
  /**
   * Bytes of those of them that are in the store, how many there may be (0: no limit), and whether that was
   * reached.
   */
  readonly storedBytes: number;
  readonly storedLimit: number;
  readonly storeIsFull: boolean;
}

/** The message is published, and could not be stored: after a crash it may be gone. */
export class NotStored extends Error {
  override readonly name = "NotStored";
}

/** A client that is here, or the session of one that is away. */
export interface ClientSnapshot {
  readonly clientId: string;
  readonly username: string | undefined;
  /** Address and port, its last ones where it is away. */
  readonly address: string;
  readonly connected: boolean;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Milliseconds that the session outlives its connection; Infinity: for ever. */
  readonly expiryInterval: number;
  readonly subscriptions: number;
  readonly inflight: number;
  readonly queued: number;
  readonly queuedBytes: number;
  /** PUBLISH packets that left since the session began. */
  readonly sent: number;
  /** Its stay, or its last one; undefined where it was not here since the start. */
  readonly visit: Session["visit"];
  /** Undefined where there is none, or the client is away. */
  readonly will: WillSnapshot | undefined;
}

export interface WillSnapshot {
  readonly topic: string;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly payload: Uint8Array;
}

export type SubscriptionSnapshot = Pick<Subscription, "filter" | "group" | "qos" | "opts"> & {
  readonly clientId: string;
  readonly address: string;
};

/** A message as the operator is shown it; the payload is the broker's own and must not be changed. */
export type MessageSnapshot =
  & Pick<Message, "topic" | "qos" | "payload" | "receivedAt" | "from" | "fromType">
  /** Seconds left; undefined where it does not expire. */
  & { readonly expiresIn: number | undefined };

/** A message that the operator publishes. */
export interface OperatorMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly clientId: string;
  /** Of whoever asked for it. */
  readonly address: string;
  readonly username: string | undefined;
  /** Milliseconds; 0: never. */
  readonly expiry: number;
}

export class BrokerView {
  readonly #context: BrokerContext;
  readonly #clients: Clients;

  constructor(context: BrokerContext, clients: Clients) {
    this.#context = context;
    this.#clients = clients;
  }

  /** The `node` of every line. */
  get nodeId(): number {
    return this.#context.options.nodeId;
  }

  snapshot(): BrokerSnapshot {
    const { counters, options, retained, router, stored, total, traffic } = this.#context;
    return {
      nodeId: options.nodeId,
      counters,
      traffic: traffic.sum(),
      clients: this.#clients.size,
      sessions: this.#clients.sessions.size,
      connections: this.#clients.connections.size,
      subscriptions: router.size,
      sharedSubscriptions: router.shared,
      retainedMessages: retained.size,
      retainedBytes: retained.bytes,
      keptMessages: total.messages + total.shelved,
      keptBytes: total.bytes,
      storedBytes: stored.bytes,
      storedLimit: stored.limit,
      storeIsFull: stored.isFull,
    };
  }

  /** The traffic of all listeners that ever had this name. @param listener kind and name */
  trafficOf(listener: string): Traffic {
    return this.#context.traffic.of(listener);
  }

  /** Every session, one by one as they are asked for: meanwhile some may come and go. */
  *clients(): Generator<ClientSnapshot, void> {
    for (const session of this.#clients.sessions.values()) yield this.#shown(session);
  }

  client(clientId: string): ClientSnapshot | undefined {
    const session = this.#clients.sessionOf(clientId);
    return session && this.#shown(session);
  }

  /** Every subscription, or those of one client, as {@link clients}. */
  *subscriptions(clientId?: string): Generator<SubscriptionSnapshot, void> {
    const one = clientId === undefined ? undefined : this.#clients.sessionOf(clientId);
    const sessions = clientId === undefined ? this.#clients.sessions.values() : one ? [one] : [];
    for (const session of sessions) {
      const { clientId, ipaddress: address } = session.identity;
      for (const { filter, group, qos, opts } of session.subscriptions.values()) {
        yield { clientId, address, filter, group, qos, opts };
      }
    }
  }

  /** Retained Messages that a Topic Filter matches; undefined is a pause, as in RetainedTree.match. */
  *retained(filter: string): Generator<MessageSnapshot | undefined, void> {
    const { turn, retained } = this.#context;
    for (const message of retained.match(filter, () => turn.monotonic)) {
      if (message === undefined) yield undefined;
      else {
        const { topic, qos, payload, receivedAt, from, fromType, expiresAt } = message;
        const expiresIn = expiresAt === Infinity ? undefined : (expiresAt - turn.monotonic) / 1000;
        yield { topic, qos, payload, receivedAt, from, fromType, expiresIn };
      }
    }
  }

  /** Ends a client and its session. False where there is none. Takes effect within this turn. */
  kick(clientId: string): boolean {
    this.#context.turn.enter();
    return this.#clients.kick(clientId);
  }

  /**
   * Publishes as the operator, whom no rule of access binds. Resolves, once it outlives the process, to how
   * many subscribers it goes. Rejects with NotStored, and with a malformed MqttError for what is no Topic.
   */
  async publish(message: OperatorMessage): Promise<number> {
    const { turn, options } = this.#context;
    const { clientId, address, username, expiry } = message;
    turn.enter();
    if (this.#context.durability.trouble === "SinkUnavailable") throw new NotStored();
    const from = new ClientIdentity(options.nodeId, address, clientId, username);
    const receivers = publish(this.#context, this.#made(from, "admin", message, expiry), undefined);
    await new Promise<void>((resolve, reject) => {
      turn.flushAtEnd({ flush: resolve, withhold: () => reject(new NotStored()) });
    });
    return receivers;
  }

  /**
   * Publishes the broker's own messages below `$SYS/`, each retained: no event tells of them, and nothing
   * keeps them beyond the process.
   */
  publishOwn(messages: Iterable<readonly [topic: string, text: string]>): void {
    const { turn, options, retained, router } = this.#context;
    turn.enter();
    const from = new ClientIdentity(options.nodeId, "", "", undefined);
    const encoder = new TextEncoder();
    for (const [topic, text] of messages) {
      const payload = encoder.encode(text);
      const message = this.#made(from, "system", { topic, payload, qos: 0, retain: true }, 0);
      retained.set(message);
      router.route(message);
    }
  }

  #made(
    from: ClientIdentity,
    fromType: FromType,
    { topic, payload, qos, retain }: Pick<OperatorMessage, "topic" | "payload" | "qos" | "retain">,
    expiry: number,
  ): Message {
    const { turn, topics } = this.#context;
    const published = { payload, dup: false, retain, qos, packetId: 0, properties: NO_PROPERTIES };
    const expiresAt = expiryTime(undefined, expiry, turn.monotonic);
    return new Message(from, fromType, topics.of(topic), published, turn.now, expiresAt);
  }

  #shown(session: Session): ClientSnapshot {
    const { identity, deliveries } = session;
    return {
      clientId: identity.clientId,
      username: identity.username,
      address: identity.ipaddress,
      connected: session.present,
      createdAt: session.createdAt,
      expiryInterval: session.expiryInterval,
      subscriptions: session.subscriptions.size,
      inflight: deliveries.inflight.size,
      queued: deliveries.queued,
      queuedBytes: deliveries.queuedBytes,
      sent: deliveries.sent,
      visit: session.visit,
      will: this.#clients.clientOf(session)?.will,
    };
  }
}
