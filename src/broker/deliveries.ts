// Messages on their way to one client: what waits, what is not acknowledged, and what is sent next.
import { LazyMap } from "../base/lazy.ts";
import type { ClientIdentity } from "../hooks/client_identity.ts";
import { publishSize } from "../mqtt/encode.ts";
import type { QoS } from "../mqtt/packets.ts";
import type { LoadedDelivery, LoadedSession } from "../store/journal.ts";
import type { DeliveryContext } from "./delivery_context.ts";
import { forget, keep } from "./keeping.ts";
import { Delivery, type Message } from "./message.ts";
import type { ListenerOptions } from "./options.ts";
import type { Outlet } from "./outlet.ts";
import type { Publisher } from "./publisher_hold.ts";
import { restoredDelivery } from "./restored.ts";
import { RetainedBacklog, type RetainedMessages } from "./retained_backlog.ts";
import { type QueueOwner, SessionQueue } from "./session_queue.ts";
import type { Subscription } from "./subscription.ts";

export class Deliveries implements QueueOwner {
  /** PUBLISH packets that left, repeated ones included. */
  sent = 0;
  readonly #context: DeliveryContext;
  #identity: ClientIdentity;
  /** The session's row in the store; 0: it is not stored. */
  readonly #row: number;
  #outlet: Outlet | undefined = undefined;
  /** Sent and not acknowledged, by Packet Identifier, in the order they were sent. [MQTT-4.6.0-1] */
  readonly #inflight = new LazyMap<number, Delivery>();
  readonly #queue: SessionQueue;
  readonly #retained = new RetainedBacklog();
  #lastPacketId = 0;
  /** How many of those in flight were sent on this connection. */
  #outstanding = 0;
  /** Those of an earlier connection that wait to be sent again, the next one last. */
  #resend: Delivery[] = [];
  #stopPause: (() => void) | undefined = undefined;

  /** @param found what the store has of it */
  constructor(
    context: DeliveryContext,
    identity: ClientIdentity,
    limits: ListenerOptions,
    row = 0,
    found?: LoadedSession,
  ) {
    this.#context = context;
    this.#identity = identity;
    this.#row = row;
    this.#queue = new SessionQueue(context, this, limits, row, found?.waiting);
    for (const each of found?.inflight ?? []) this.#restore(restoredDelivery(each, identity, new Map()));
  }

  get identity(): ClientIdentity {
    return this.#identity;
  }

  get present(): boolean {
    return this.#outlet !== undefined;
  }

  get limits(): ListenerOptions {
    return this.#queue.limits;
  }

  /** QoS 1 and 2 messages that were sent and are not acknowledged, by Packet Identifier. */
  get inflight(): ReadonlyMap<number, Delivery> {
    return this.#inflight;
  }

  /** Messages that wait to be sent. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Their bytes. */
  get queuedBytes(): number {
    return this.#queue.queuedBytes;
  }

  /** Whether anything waits for the client's window or its connection. */
  get waiting(): boolean {
    return this.#queue.length > 0 || this.#resend.length > 0 || !this.#retained.empty;
  }

  /** The client is here. {@link resume} follows once the CONNACK is written. */
  attach(outlet: Outlet, identity: ClientIdentity, limits: ListenerOptions): void {
    this.#outlet = outlet;
    this.#identity = identity;
    this.#queue.limits = limits;
  }

  detach(): void {
    this.#queue.releaseHold();
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
    const outlet = this.#outlet;
    const now = outlet !== undefined && outlet.writable && this.#queue.length === 0 &&
      this.#resend.length === 0 && (qos === 0 || this.#outstanding < this.#window(outlet));
    // QoS 0 is stored only where its client is away, or where it must wait behind others that are.
    const row = qos > 0 || outlet === undefined || this.#queue.shelves ? this.#row : 0;
    const delivery = new Delivery(message, this.#identity, qos, retain, subscriptionIdentifiers, row);
    if (now && qos === 0) this.#send(delivery, outlet);
    else if (!this.#admit(message, qos, row)) this.drop(delivery, "MessageQueueFull");
    else if (now && this.#mayLoad(message, row)) this.#send(delivery, outlet);
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
      next.identity = this.#identity;
      this.#send(next, outlet);
      this.#queue.easeHold();
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
      keep(this.#context, delivery);
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

  /** Drops what waits and is unwanted: the client may not have it any more. */
  giveUp(isUnwanted: (message: Message) => boolean, reason: string): void {
    this.#queue.dropWhere(isUnwanted, reason);
  }

  /** Drops one that was found in the store to have expired, where it waits still. */
  dropExpired(found: LoadedDelivery): void {
    const delivery = restoredDelivery(found, this.#identity, new Map());
    if (delivery !== undefined) this.#queue.dropExpired(delivery);
  }

  /** The session is over: what was not acknowledged, and what still waits, is lost for its client. */
  end(reason: string): void {
    for (const delivery of this.#inflight.values()) {
      this.#context.total.release(delivery.message);
      this.drop(delivery, reason);
    }
    this.#queue.end(reason);
    this.#retained.clear();
    this.#inflight.clear();
  }

  drop(delivery: Delivery, reason: string): void {
    forget(this.#context, delivery);
    this.#context.counters.countDropped(reason);
    delivery.identity = this.#identity;
    const { message, identity, dup, retain, qos, packetId } = delivery;
    this.#context.hooks.message_dropped?.({ message, identity, dup, retain, qos, packetId, reason });
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
      const row = lower === 0 ? 0 : this.#row;
      const delivery = new Delivery(message, this.#identity, lower, true, ids, row); // [MQTT-3.3.1-8]
      if (lower === 0 || this.#admit(message, lower, row)) this.#send(delivery, outlet);
      else this.drop(delivery, "MessageQueueFull");
      return true;
    }
    this.#stopPause ??= this.#context.clock.setTimer(0, () => {
      this.#stopPause = undefined;
      this.#context.turn.enter();
      this.pump();
    });
    return false;
  }

  #window(outlet: Outlet): number {
    return Math.min(this.limits.maxInflight, outlet.receiveMaximum);
  }

  #send(delivery: Delivery, outlet: Outlet): void {
    const { hooks, turn, counters, arena, total } = this.#context;
    const message = delivery.message;
    if (message.expiresAt !== Infinity) {
      // [MQTT-3.3.2-5]
      if (message.expiresAt <= turn.monotonic) return this.drop(delivery, "MessageExpiration");
      if (message.properties.messageExpiryInterval !== undefined) {
        // [MQTT-3.3.2-6]
        delivery.messageExpiryInterval = Math.ceil((message.expiresAt - turn.monotonic) / 1000);
      }
    }
    if (
      outlet.maximumPacketSize !== Infinity &&
      publishSize(delivery, outlet.protocolVersion) > outlet.maximumPacketSize
    ) return this.drop(delivery, "PacketTooLarge"); // [MQTT-3.1.2-25]
    if (delivery.qos > 0) {
      delivery.packetId = this.#freePacketId();
      this.#inflight.set(delivery.packetId, delivery);
      total.hold(message);
      this.#outstanding++;
      message.keep(arena);
      keep(this.#context, delivery);
    } else forget(this.#context, delivery);
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
    delivery.sequence ||= this.#context.journal.next();
    keep(this.#context, delivery);
    const kept = this.#queue.push(delivery, from);
    if (kept && this.#outlet === undefined) this.#context.hooks.offline_message?.(delivery);
  }

  /** Whether one more may be kept. @param row 0: in memory only */
  #admit(message: Message, qos: QoS, row: number): boolean {
    const { total, stored } = this.#context;
    return row === 0 ? total.admit(message, qos > 0) : stored.admitAlone(message.size, qos > 0);
  }

  /** What is stored waits on the disk where memory is full, as long as an acknowledgement is to come. */
  #mayLoad(message: Message, row: number): boolean {
    return row === 0 || this.#outstanding === 0 || this.#context.total.hasRoom(message);
  }

  #restore(delivery: Delivery | undefined): void {
    if (delivery === undefined) return;
    delivery.dup = true; // it was sent
    this.#context.total.hold(delivery.message);
    this.#context.stored.add(delivery.size);
    this.#inflight.set(delivery.packetId, delivery);
    this.#lastPacketId = Math.max(this.#lastPacketId, delivery.packetId);
  }

  #complete(delivery: Delivery, reasonCode: number, packet: string): void {
    this.#inflight.delete(delivery.packetId);
    this.#context.total.release(delivery.message);
    forget(this.#context, delivery);
    // It may be acknowledged late, for the connection before this one.
    const toResend = this.#resend.indexOf(delivery);
    if (toResend < 0) this.#outstanding--;
    else this.#resend.splice(toResend, 1);
    if (reasonCode >= 0x80 && packet !== "PUBCOMP") {
      this.drop(delivery, `Error(${packet} 0x${reasonCode.toString(16)})`);
    } else {
      delivery.identity = this.#identity;
      this.#context.counters.acknowledged++;
      this.#context.hooks.message_acked?.(delivery);
    }
    if (this.waiting) this.pump();
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
