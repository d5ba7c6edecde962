// Messages on their way to one client: what waits, what is not acknowledged, and what is sent next.
import type { Clock } from "../base/clock.ts";
import { LazyMap } from "../base/lazy.ts";
import type { Hooks } from "../hooks/bus.ts";
import type { ClientIdentity } from "../hooks/client_identity.ts";
import { publishSize } from "../mqtt/encode.ts";
import type { QoS } from "../mqtt/packets.ts";
import type { Arena } from "./arena.ts";
import type { Counters } from "./counters.ts";
import { Delivery, type Message } from "./message.ts";
import { MessageQueue } from "./message_queue.ts";
import type { ListenerOptions } from "./options.ts";
import type { Outlet } from "./outlet.ts";
import { type Publisher, PublisherHold } from "./publisher_hold.ts";
import type { Giver, QueueTotal } from "./queue_total.ts";
import { RetainedBacklog, type RetainedMessages } from "./retained_backlog.ts";
import type { Subscription } from "./subscription.ts";
import type { Turn } from "./turn.ts";

/** What the deliveries of all sessions share. */
export interface DeliveryContext {
  readonly hooks: Hooks;
  readonly turn: Turn;
  readonly clock: Clock;
  readonly arena: Arena;
  readonly counters: Counters;
  readonly total: QueueTotal;
}

export class Deliveries implements Giver {
  /** PUBLISH packets that left, repeated ones included. */
  sent = 0;
  readonly #context: DeliveryContext;
  #identity: ClientIdentity;
  #limits: ListenerOptions;
  #outlet: Outlet | undefined = undefined;
  /** Sent and not acknowledged, by Packet Identifier, in the order they were sent. [MQTT-4.6.0-1] */
  readonly #inflight = new LazyMap<number, Delivery>();
  readonly #queue = new MessageQueue();
  readonly #retained = new RetainedBacklog();
  readonly #hold: PublisherHold;
  #lastPacketId = 0;
  /** How many of those in flight were sent on this connection. */
  #outstanding = 0;
  /** Those of an earlier connection that wait to be sent again, the next one last. */
  #resend: Delivery[] = [];
  #stopPause: (() => void) | undefined = undefined;

  constructor(context: DeliveryContext, identity: ClientIdentity, limits: ListenerOptions) {
    this.#context = context;
    this.#identity = identity;
    this.#limits = limits;
    this.#hold = new PublisherHold(context.clock);
  }

  /** QoS 1 and 2 messages that were sent and are not acknowledged, by Packet Identifier. */
  get inflight(): ReadonlyMap<number, Delivery> {
    return this.#inflight;
  }

  /** Messages that wait to be sent. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Whether anything waits for the client's window or its connection. */
  get waiting(): boolean {
    return this.#queue.length > 0 || this.#resend.length > 0 || !this.#retained.empty;
  }

  /** The client is here. {@link resume} follows once the CONNACK is written. */
  attach(outlet: Outlet, identity: ClientIdentity, limits: ListenerOptions): void {
    this.#outlet = outlet;
    this.#identity = identity;
    this.#limits = limits;
  }

  detach(): void {
    this.#hold.release();
    this.#stopPause?.();
    this.#stopPause = undefined;
    this.#outlet = undefined;
    this.#outstanding = 0;
    this.#resend = [];
  }

  /** Sends again what was not acknowledged, in its order, then what waits. [MQTT-4.4.0-1] */
  resume(): void {
    this.#outstanding = 0;
    this.#resend = [...this.#inflight.values()].reverse();
    this.pump();
  }

  /** See Subscriber.deliver. */
  deliver(
    message: Message,
    qos: QoS,
    retain: boolean,
    subscriptionIdentifiers?: readonly number[],
    from?: Publisher,
  ): void {
    const delivery = new Delivery(message, this.#identity, qos, retain, subscriptionIdentifiers);
    const outlet = this.#outlet;
    const now = outlet !== undefined && outlet.writable && this.#queue.length === 0 &&
      this.#resend.length === 0 && (qos === 0 || this.#outstanding < this.#window(outlet));
    if (now && qos === 0) this.#send(delivery, outlet);
    else if (!this.#context.total.admit(message, qos > 0)) this.#drop(delivery, "MessageQueueFull");
    else if (now) this.#send(delivery, outlet);
    else this.#enqueue(delivery, from);
  }

  /** Sends the Retained Messages of a new subscription, behind what waits already. */
  deliverRetained(subscription: Subscription, messages: RetainedMessages, wanted: () => boolean): void {
    this.#retained.add(subscription, messages, wanted);
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
      const next = this.#queue.peek();
      if (next === undefined) {
        if (this.#sendRetained(outlet)) continue;
        return;
      }
      if (next.qos > 0 && this.#outstanding >= this.#window(outlet)) return;
      this.#queue.shift();
      this.#context.total.release(next.message);
      next.identity = this.#identity;
      this.#send(next, outlet);
      this.#easeHold();
    }
  }

  /** PUBACK. An unknown Packet Identifier is ignored: it was acknowledged before a crash of either side. */
  puback(packetId: number, reasonCode: number): void {
    const delivery = this.#inflight.get(packetId);
    if (delivery === undefined || delivery.qos !== 1) return;
    this.#complete(delivery, reasonCode, "PUBACK");
  }

  /** PUBREC. False where nothing waits for it. */
  pubrec(packetId: number, reasonCode: number): boolean {
    const delivery = this.#inflight.get(packetId);
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
    const delivery = this.#inflight.get(packetId);
    if (delivery === undefined || !delivery.released) return;
    this.#complete(delivery, reasonCode, "PUBCOMP");
  }

  /** Sends again what was sent before `sentBefore` (monotonic) and is not acknowledged. For 3.x only. */
  retry(sentBefore: number): void {
    const outlet = this.#outlet;
    if (outlet === undefined || outlet.protocolVersion === 5) return;
    for (const delivery of this.#inflight.values()) {
      if (!outlet.writable) return;
      if (delivery.sentAt > sentBefore || this.#resend.includes(delivery)) continue;
      this.#outstanding--;
      this.#sendAgain(delivery, outlet);
    }
  }

  /** Of what waits, for {@link QueueTotal}. */
  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  giveUpOldest(): void {
    const oldest = this.#queue.giveUpOldest();
    if (oldest === undefined) return;
    this.#giveUp(oldest);
    if (this.#hold.holding && this.#fullness < 0.5) this.#hold.release();
  }

  /** Drops what waits and is unwanted: the client may not have it any more. */
  giveUp(isUnwanted: (message: Message) => boolean, reason: string): void {
    for (const delivery of this.#queue.takeOut(({ message }) => isUnwanted(message))) {
      this.#context.total.release(delivery.message);
      this.#drop(delivery, reason);
    }
    if (this.#hold.holding && this.#fullness < 0.5) this.#hold.release();
  }

  /** The session is over: what was not acknowledged, and what still waits, is lost for its client. */
  end(reason: string): void {
    const { total } = this.#context;
    const lose = (delivery: Delivery): void => {
      total.release(delivery.message);
      this.#drop(delivery, reason);
    };
    for (const delivery of this.#inflight.values()) lose(delivery);
    for (let d = this.#queue.shift(); d !== undefined; d = this.#queue.shift()) lose(d);
    total.unwatch(this);
    this.#retained.clear();
    this.#inflight.clear();
  }

  /** Sends the next Retained Message. False where there is none, or none may be sent now. */
  #sendRetained(outlet: Outlet): boolean {
    if (this.#outstanding >= this.#window(outlet)) return false;
    const next = this.#retained.next();
    if (next === undefined) return false;
    if (next !== "pause") {
      const { message, subscription: { qos, id } } = next;
      const ids = id === undefined ? undefined : [id];
      const lower = Math.min(qos, message.qos) as QoS;
      const delivery = new Delivery(message, this.#identity, lower, true, ids); // [MQTT-3.3.1-8]
      if (lower === 0 || this.#context.total.admit(message, true)) this.#send(delivery, outlet);
      else this.#drop(delivery, "MessageQueueFull");
      return true;
    }
    this.#stopPause ??= this.#context.clock.setTimer(0, () => {
      this.#stopPause = undefined;
      this.#context.turn.enter();
      this.pump();
    });
    return false;
  }

  /** From 1 on publishers are held, at half of that they are released. */
  get #fullness(): number {
    return this.#queue.fullness(this.#limits);
  }

  #easeHold(): void {
    this.#hold.progress();
    if (this.#queue.length === 0) this.#hold.caughtUp();
    if (this.#hold.holding && this.#fullness < 0.5) this.#hold.release();
  }

  #window(outlet: Outlet): number {
    return Math.min(this.#limits.maxInflight, outlet.receiveMaximum);
  }

  #send(delivery: Delivery, outlet: Outlet): void {
    const { hooks, turn, counters, arena, total } = this.#context;
    const message = delivery.message;
    if (message.expiresAt !== Infinity) {
      // [MQTT-3.3.2-5]
      if (message.expiresAt <= turn.monotonic) return this.#drop(delivery, "MessageExpiration");
      if (message.properties.messageExpiryInterval !== undefined) {
        // [MQTT-3.3.2-6]
        delivery.messageExpiryInterval = Math.ceil((message.expiresAt - turn.monotonic) / 1000);
      }
    }
    if (
      outlet.maximumPacketSize !== Infinity &&
      publishSize(delivery, outlet.protocolVersion) > outlet.maximumPacketSize
    ) return this.#drop(delivery, "PacketTooLarge"); // [MQTT-3.1.2-25]
    if (delivery.qos > 0) {
      delivery.packetId = this.#freePacketId();
      this.#inflight.set(delivery.packetId, delivery);
      total.hold(message);
      this.#outstanding++;
      message.keep(arena);
    }
    delivery.sentAt = turn.monotonic;
    this.sent++;
    counters.countSent(message);
    hooks.message_delivered?.(delivery);
    outlet.publish(delivery);
  }

  #sendAgain(delivery: Delivery, outlet: Outlet): void {
    const { hooks, turn, counters } = this.#context;
    this.#outstanding++;
    delivery.sentAt = turn.monotonic;
    if (delivery.released) return outlet.pubrel(delivery.packetId);
    delivery.dup = true; // [MQTT-3.3.1-1]
    delivery.identity = this.#identity;
    this.sent++;
    counters.countSent(delivery.message);
    hooks.message_delivered?.(delivery);
    outlet.publish(delivery);
  }

  #enqueue(delivery: Delivery, from: Publisher | undefined): void {
    const { arena, total } = this.#context;
    delivery.message.keepLong(arena);
    // Before the queue may give it up again.
    total.hold(delivery.message);
    let kept = true;
    this.#queue.push(delivery, this.#limits, (given) => {
      if (given === delivery) kept = false;
      this.#giveUp(given);
    });
    if (this.#queue.length === 1) total.watch(this);
    if (this.#outlet !== undefined && this.#fullness >= 1) this.#hold.hold(from);
    if (kept && this.#outlet === undefined) this.#context.hooks.offline_message?.(delivery);
  }

  /** Of a delivery that its queue does not hold any more, for want of room. */
  #giveUp(delivery: Delivery): void {
    this.#context.total.release(delivery.message);
    const expired = delivery.message.expiresAt <= this.#context.turn.monotonic;
    this.#drop(delivery, expired ? "MessageExpiration" : "MessageQueueFull");
  }

  #complete(delivery: Delivery, reasonCode: number, packet: string): void {
    this.#inflight.delete(delivery.packetId);
    this.#context.total.release(delivery.message);
    // It may be acknowledged late, for the connection before this one.
    const toResend = this.#resend.indexOf(delivery);
    if (toResend < 0) this.#outstanding--;
    else this.#resend.splice(toResend, 1);
    if (reasonCode >= 0x80 && packet !== "PUBCOMP") {
      this.#drop(delivery, `Error(${packet} 0x${reasonCode.toString(16)})`);
    } else {
      delivery.identity = this.#identity;
      this.#context.counters.acknowledged++;
      this.#context.hooks.message_acked?.(delivery);
    }
    if (this.waiting) this.pump();
  }

  #drop(delivery: Delivery, reason: string): void {
    this.#context.counters.countDropped(reason);
    delivery.identity = this.#identity;
    const { message, identity, dup, retain, qos, packetId } = delivery;
    this.#context.hooks.message_dropped?.({ message, identity, dup, retain, qos, packetId, reason });
  }

  /** [MQTT-2.2.1-4] */
  #freePacketId(): number {
    let id = this.#lastPacketId;
    // The window is smaller than the 65,535 there are, so one is free.
    do id = id === 65_535 ? 1 : id + 1; while (this.#inflight.has(id));
    this.#lastPacketId = id;
    return id;
  }
}
