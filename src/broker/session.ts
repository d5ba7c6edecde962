// Session state (4.1): subscriptions, what was sent and not acknowledged, what waits, what came in with QoS 2;
// and how a message gets from here to the client.
import type { Subject } from "../hooks/subject.ts";
import { publishSize } from "../mqtt/encode.ts";
import type { QoS } from "../mqtt/packets.ts";
import { Brake } from "./brake.ts";
import { Delivery, type Message } from "./message.ts";
import { MessageQueue } from "./message_queue.ts";
import type { ListenerOptions } from "./options.ts";
import type { Giver } from "./queue_total.ts";
import { RetainedBacklog, type RetainedMessages } from "./retained_backlog.ts";
import type { Outlet, SessionContext } from "./session_context.ts";
import type { Subscription } from "./subscription.ts";
import type { PendingWill } from "./wills.ts";

/** Messages in the queue of a present client from which its publishers are held, unless its limit is lower. */
const QUEUE_LONG = 1_000;

export class Session implements Giver {
  /** By the filter as the client wrote it, `$share/…` included. */
  readonly subscriptions = new Map<string, Subscription>();
  /** Sent and not acknowledged, by Packet Identifier, in the order they were sent. [MQTT-4.6.0-1] */
  readonly inflight = new Map<number, Delivery>();
  /** Packet Identifiers of QoS 2 messages from the client that wait for their PUBREL. [MQTT-4.3.3-10] */
  readonly received = new Set<number>();
  readonly queue = new MessageQueue();
  /** When it ends, on the turn's `elapsed` clock; Infinity while the client is here, or where it never expires. */
  expiresAt = Infinity;
  /** A Will that waits for its delay. */
  pendingWill: PendingWill | undefined = undefined;

  readonly #context: SessionContext;
  readonly #brake: Brake;
  #outlet: Outlet | undefined = undefined;
  #limits: ListenerOptions;
  #client: Subject;
  #lastPacketId = 0;
  /** How many of `inflight` were sent on this connection. */
  #outstanding = 0;
  /** Those of an earlier connection that wait to be sent again. */
  #resend: Delivery[] = [];
  readonly #retained = new RetainedBacklog();
  #stopBreath: (() => void) | undefined = undefined;

  /** @param expiryInterval milliseconds it outlives its connection; 0: not at all; Infinity: for ever */
  constructor(
    context: SessionContext,
    client: Subject,
    limits: ListenerOptions,
    public expiryInterval: number,
    readonly createdAt: number,
  ) {
    this.#context = context;
    this.#client = client;
    this.#limits = limits;
    this.#brake = new Brake((ms, fn) => context.clock.setTimer(ms, fn));
  }

  get clientId(): string {
    return this.#client.clientId;
  }

  /** The client as it was last here. */
  get client(): Subject {
    return this.#client;
  }

  get present(): boolean {
    return this.#outlet !== undefined;
  }

  /** Whether anything waits for the client's window or its connection. */
  get waiting(): boolean {
    return this.queue.length > 0 || this.#resend.length > 0 || !this.#retained.empty;
  }

  /** Gives the session its connection. {@link resume} follows once the CONNACK is written. */
  attach(outlet: Outlet, client: Subject, limits: ListenerOptions): void {
    this.#outlet = outlet;
    this.#client = client;
    this.#limits = limits;
    this.expiresAt = Infinity;
  }

  detach(): void {
    this.#brake.release();
    this.#stopBreath?.();
    this.#stopBreath = undefined;
    this.#outlet = undefined;
    this.#outstanding = 0;
    this.#resend = [];
  }

  /** Sends again what was not acknowledged, in its order, then what waits. [MQTT-4.4.0-1] */
  resume(): void {
    this.#outstanding = 0;
    this.#resend = [...this.inflight.values()].reverse();
    this.pump();
  }

  /** A message that matched a subscription: sent now, or kept for later. */
  deliver(message: Message, qos: QoS, retain: boolean, subscriptionIdentifiers?: readonly number[]): void {
    const delivery = new Delivery(message, this.#client, qos, retain, subscriptionIdentifiers);
    const outlet = this.#outlet;
    const now = outlet !== undefined && outlet.writable && this.queue.length === 0 &&
      this.#resend.length === 0 && (qos === 0 || this.#outstanding < this.#window(outlet));
    if (now && qos === 0) this.#send(delivery, outlet);
    else if (!this.#context.total.admit(message, qos > 0)) this.#drop(delivery, "MessageQueueFull");
    else if (now) this.#send(delivery, outlet);
    else this.#enqueue(delivery);
  }

  /** Sends the Retained Messages of a new subscription, behind what waits already. */
  deliverRetained(subscription: Subscription, messages: RetainedMessages): void {
    this.#retained.add(subscription, messages);
    this.pump();
  }

  /** Sends what waits, as far as the client's window and the connection allow. */
  pump(): void {
    const outlet = this.#outlet;
    if (outlet === undefined) return;
    while (outlet.writable && this.#resend.length > 0 && this.#outstanding < this.#window(outlet)) {
      const delivery = this.#resend.pop();
      if (delivery !== undefined) this.#sendAgain(delivery, outlet);
    }
    if (this.#resend.length > 0) return;
    while (outlet.writable) {
      const next = this.queue.peek();
      if (next === undefined) {
        if (this.#sendRetained(outlet)) continue;
        return;
      }
      if ((next.qos > 0 && this.#outstanding >= this.#window(outlet))) return;
      this.queue.shift();
      this.#context.total.release(next.message);
      next.client = this.#client;
      this.#send(next, outlet);
      this.#easeBrake();
    }
  }

  /** PUBACK. An unknown Packet Identifier is ignored: it was acknowledged before a crash of either side. */
  puback(packetId: number, reasonCode: number): void {
    const delivery = this.inflight.get(packetId);
    if (delivery === undefined || delivery.qos !== 1) return;
    this.#complete(delivery, reasonCode, "PUBACK");
  }

  /** PUBREC. False where nothing waits for it. */
  pubrec(packetId: number, reasonCode: number): boolean {
    const delivery = this.inflight.get(packetId);
    if (delivery === undefined || delivery.qos !== 2) return false;
    // [MQTT-4.4.0-2] [MQTT-4.8.2-6]: a refusal ends the exchange.
    if (reasonCode >= 0x80) this.#complete(delivery, reasonCode, "PUBREC");
    else {
      delivery.released = true;
      this.#outlet?.pubrel(packetId);
    }
    return true;
  }

  /** PUBCOMP. */
  pubcomp(packetId: number, reasonCode: number): void {
    const delivery = this.inflight.get(packetId);
    if (delivery === undefined || !delivery.released) return;
    this.#complete(delivery, reasonCode, "PUBCOMP");
  }

  /** Sends again what was sent before `sentBefore` (on the turn's `elapsed` clock) and is not acknowledged. For 3.x only. */
  retry(sentBefore: number): void {
    const outlet = this.#outlet;
    if (outlet === undefined || outlet.protocolVersion === 5) return;
    for (const delivery of this.inflight.values()) {
      if (!outlet.writable) return;
      if (delivery.sentAt > sentBefore || this.#resend.includes(delivery)) continue;
      this.#outstanding--;
      this.#sendAgain(delivery, outlet);
    }
  }

  /** Of what waits, for {@link QueueTotal}. */
  get queuedBytes(): number {
    return this.queue.bytes;
  }

  giveUpOldest(): void {
    const oldest = this.queue.giveUpOldest();
    if (oldest === undefined) return;
    this.#giveUp(oldest);
    if (this.#brake.holding && this.#fullness < 0.5) this.#brake.release();
  }

  /** The session is over: what was sent and not acknowledged, and what still waits, counts as lost for its client. */
  discard(reason: string): void {
    const { total } = this.#context;
    const lose = (delivery: Delivery): void => {
      total.release(delivery.message);
      this.#drop(delivery, reason);
    };
    for (const delivery of this.inflight.values()) lose(delivery);
    for (let d = this.queue.shift(); d !== undefined; d = this.queue.shift()) lose(d);
    total.unwatch(this);
    this.#retained.clear();
    this.inflight.clear();
    this.received.clear();
  }

  /** Sends the next Retained Message. False where there is none, or none may be sent now. */
  #sendRetained(outlet: Outlet): boolean {
    if (this.#outstanding >= this.#window(outlet)) return false;
    const next = this.#retained.next(this);
    if (next === undefined) return false;
    if (next !== "breath") {
      if (next.qos === 0 || this.#context.total.admit(next.message, true)) this.#send(next, outlet);
      else this.#drop(next, "MessageQueueFull");
      return true;
    }
    this.#stopBreath ??= this.#context.clock.setTimer(0, () => {
      this.#stopBreath = undefined;
      this.#context.turn.enter();
      this.pump();
    });
    return false;
  }

  /** How full the queue is; from 1 on publishers are held, at half of that they are released. */
  get #fullness(): number {
    const { maxQueuedMessages, maxQueuedBytes } = this.#limits;
    return Math.max(
      this.queue.length / Math.min(QUEUE_LONG, maxQueuedMessages / 2),
      this.queue.bytes / (maxQueuedBytes / 2),
    );
  }

  #easeBrake(): void {
    this.#brake.progress();
    if (this.queue.length === 0) this.#brake.forgive();
    if (this.#brake.holding && this.#fullness < 0.5) this.#brake.release();
  }

  #window(outlet: Outlet): number {
    return Math.min(this.#limits.maxInflight, outlet.receiveMaximum);
  }

  #send(delivery: Delivery, outlet: Outlet): void {
    const { hooks, turn, counters, arena, total } = this.#context;
    const message = delivery.message;
    if (message.expiresAt !== Infinity) {
      if (message.expiresAt <= turn.elapsed) return this.#drop(delivery, "MessageExpiration"); // [MQTT-3.3.2-5]
      if (message.properties.messageExpiryInterval !== undefined) {
        delivery.messageExpiryInterval = Math.ceil((message.expiresAt - turn.elapsed) / 1000); // [MQTT-3.3.2-6]
      }
    }
    if (
      outlet.maximumPacketSize !== Infinity &&
      publishSize(delivery, outlet.protocolVersion) > outlet.maximumPacketSize
    ) return this.#drop(delivery, "PacketTooLarge"); // [MQTT-3.1.2-25]
    if (delivery.qos > 0) {
      delivery.packetId = this.#freePacketId();
      this.inflight.set(delivery.packetId, delivery);
      total.hold(message);
      this.#outstanding++;
      message.keep(arena);
    }
    delivery.sentAt = turn.elapsed;
    counters.sent++;
    hooks.message_delivered?.(delivery);
    outlet.publish(delivery);
  }

  #sendAgain(delivery: Delivery, outlet: Outlet): void {
    const { hooks, turn, counters } = this.#context;
    this.#outstanding++;
    delivery.sentAt = turn.elapsed;
    if (delivery.released) return outlet.pubrel(delivery.packetId);
    delivery.dup = true; // [MQTT-3.3.1-1]
    delivery.client = this.#client;
    counters.sent++;
    hooks.message_delivered?.(delivery);
    outlet.publish(delivery);
  }

  #enqueue(delivery: Delivery): void {
    const { arena, total } = this.#context;
    delivery.message.keepLong(arena);
    // Before the queue may give it up again.
    total.hold(delivery.message);
    let kept = true;
    this.queue.push(delivery, this.#limits, (given) => {
      if (given === delivery) kept = false;
      this.#giveUp(given);
    });
    if (this.queue.length === 1) total.watch(this);
    if (this.present && this.#fullness >= 1) this.#brake.hold(this.#context.publisher);
    if (kept && !this.present) this.#context.hooks.offline_message?.(delivery);
  }

  /** Of a delivery that its queue does not hold any more, for want of room. */
  #giveUp(delivery: Delivery): void {
    this.#context.total.release(delivery.message);
    const expired = delivery.message.expiresAt <= this.#context.turn.elapsed;
    this.#drop(delivery, expired ? "MessageExpiration" : "MessageQueueFull");
  }

  #complete(delivery: Delivery, reasonCode: number, packet: string): void {
    this.inflight.delete(delivery.packetId);
    this.#context.total.release(delivery.message);
    const unsentAgain = this.#resend.indexOf(delivery);
    if (unsentAgain < 0) this.#outstanding--;
    else this.#resend.splice(unsentAgain, 1); // acknowledged late, for the connection before this one
    if (reasonCode >= 0x80 && packet !== "PUBCOMP") {
      this.#drop(delivery, `Error(${packet} 0x${reasonCode.toString(16)})`);
    } else {
      delivery.client = this.#client;
      this.#context.hooks.message_acked?.(delivery);
    }
    if (this.waiting) this.pump();
  }

  #drop(delivery: Delivery, reason: string): void {
    this.#context.counters.countDropped(reason);
    const { message, dup, retain, qos, packetId } = delivery;
    const client = this.#client;
    this.#context.hooks.message_dropped?.({ message, client, dup, retain, qos, packetId, reason });
  }

  /** [MQTT-2.2.1-4] */
  #freePacketId(): number {
    let id = this.#lastPacketId;
    // The window is smaller than the 65,535 there are, so one is free.
    do id = id === 65_535 ? 1 : id + 1; while (this.inflight.has(id));
    this.#lastPacketId = id;
    return id;
  }
}
