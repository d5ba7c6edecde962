// Sessions with a connection that a test plays, and what they sent and told as short texts.
import { Arena } from "../../src/broker/arena.ts";
import { Counters } from "../../src/broker/counters.ts";
import { Message } from "../../src/broker/message.ts";
import { LISTENER_DEFAULTS, type ListenerOptions } from "../../src/broker/options.ts";
import type { Outlet } from "../../src/broker/outlet.ts";
import { QueueTotal } from "../../src/broker/queue_total.ts";
import { Router } from "../../src/broker/router.ts";
import { Session, type SessionContext } from "../../src/broker/session.ts";
import type { Subscriber } from "../../src/broker/subscriber.ts";
import type { Subscription } from "../../src/broker/subscription.ts";
import { Turn } from "../../src/broker/turn.ts";
import { createHooks, type Hooks } from "../../src/hooks/bus.ts";
import { EVENT_NAMES } from "../../src/hooks/events.ts";
import { ClientIdentity } from "../../src/hooks/client_identity.ts";
import type { OutgoingPublish } from "../../src/mqtt/encode.ts";
import type { ProtocolVersion, QoS } from "../../src/mqtt/packets.ts";
import { parseFilter } from "../../src/mqtt/topics.ts";
import { NO_PROPERTIES } from "../../src/mqtt/publish_properties.ts";
import { TopicName } from "../../src/mqtt/topic_cache.ts";
import { NoJournal } from "../../src/store/journal.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { MemorySink } from "../helpers/memory_sink.ts";

/** A connection that writes nothing down but what was asked of it. */
export class FakeOutlet implements Outlet {
  protocolVersion: ProtocolVersion = 5;
  maximumPacketSize = Infinity;
  receiveMaximum = 65_535;
  writable = true;
  /** `one 1` is the payload and the Packet Identifier; `one 1 dup` when sent again; `pubrel 1`. */
  sent: string[] = [];
  /** Packet Identifiers of the PUBLISH packets, in their order. */
  ids: number[] = [];
  last: OutgoingPublish | undefined = undefined;

  constructor(fields: Partial<Outlet> = {}) {
    Object.assign(this, fields);
  }

  publish(packet: OutgoingPublish): void {
    const payload = new TextDecoder().decode(packet.payload);
    this.sent.push(`${payload} ${packet.packetId}${packet.dup ? " dup" : ""}`);
    this.ids.push(packet.packetId);
    this.last = { ...packet, messageExpiryInterval: packet.messageExpiryInterval };
  }

  pubrel(packetId: number): void {
    this.sent.push(`pubrel ${packetId}`);
  }

  /** What was sent since the last call. */
  take(): string[] {
    return this.sent.splice(0);
  }
}

export class SessionBench implements SessionContext {
  readonly clock = new FakeClock();
  readonly turn = new Turn(this.clock, () => true, () => {});
  readonly arena = new Arena();
  readonly counters = new Counters();
  readonly sink = new MemorySink("file:///hook.log");
  readonly hooks: Hooks;
  readonly router = new Router();
  readonly total = new QueueTotal(0, () => {});
  readonly stored = new QueueTotal(0, () => {});
  readonly journal = new NoJournal();

  constructor() {
    const rules = Object.fromEntries(
      EVENT_NAMES.map((event) => [event, [{ action: event, urls: [this.sink.url] }]]),
    );
    this.hooks = createHooks(rules, () => this.sink, () => this.turn.now);
  }

  session(clientId = "s", limits: Partial<ListenerOptions> = {}): Session {
    return new Session(this, client(clientId), { ...LISTENER_DEFAULTS, ...limits }, Infinity, 0);
  }

  /** Connects `session` as a CONNECT does. */
  attach(session: Session, fields: Partial<Outlet> = {}, limits: Partial<ListenerOptions> = {}): FakeOutlet {
    const outlet = new FakeOutlet(fields);
    session.attach(outlet, client(session.clientId), { ...LISTENER_DEFAULTS, ...limits });
    session.deliveries.resume();
    return outlet;
  }

  advance(ms: number): void {
    this.clock.advance(ms);
    this.turn.enter();
  }

  /** The lines so far as `message_dropped MessageQueueFull one`: event, reason where it has one, payload. */
  events(): string[] {
    return this.sink.appended.splice(0).map((line) => {
      const { action, reason, payload } = JSON.parse(line);
      const text = new TextDecoder().decode(Uint8Array.fromBase64(payload));
      return [action, reason, text].filter((part) => part !== undefined).join(" ");
    });
  }
}

/** Counts what reaches it. */
export class CountingSubscriber implements Subscriber {
  readonly present = true;
  readonly isStored = false;
  delivered = 0;

  constructor(readonly clientId: string) {}

  deliver(): void {
    this.delivered++;
  }
}

export function client(clientId: string): ClientIdentity {
  return new ClientIdentity(1, "10.0.0.7:49152", clientId, undefined);
}

export interface MessageFields {
  readonly qos?: QoS;
  readonly topic?: string;
  readonly retain?: boolean;
  readonly from?: string;
  readonly expiresAt?: number;
  /** Seconds, as the publisher gave it. */
  readonly messageExpiryInterval?: number;
  /** Encoded properties that travel along. */
  readonly forwarded?: Uint8Array;
}

export function message(payload: string, fields: MessageFields = {}): Message {
  const { qos = 0, topic = "t", retain = false, from = "p", expiresAt = Infinity } = fields;
  const { messageExpiryInterval, forwarded = NO_PROPERTIES.forwarded } = fields;
  const payloadBytes = new TextEncoder().encode(payload);
  const properties = { forwarded, messageExpiryInterval };
  const published = {
    payload: payloadBytes,
    dup: false,
    retain,
    qos,
    packetId: qos > 0 ? 77 : 0,
    properties,
  };
  return new Message(client(from), "custom", new TopicName(topic), published, 0, expiresAt);
}

export function subscription(
  subscriber: Subscriber,
  topicFilter: string,
  fields: Partial<Subscription> = {},
): Subscription {
  const parsed = parseFilter(topicFilter);
  if (typeof parsed === "string") throw new Error(parsed);
  return {
    subscriber,
    topicFilter,
    ...parsed,
    qos: 0,
    noLocal: false,
    retainAsPublished: false,
    id: undefined,
    opts: { qos: 0 },
    ...fields,
  };
}
