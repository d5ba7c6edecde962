// Session state (4.1): subscriptions, what is on its way to the client, what came in with QoS 2, the Will
// that waits. Whatever changes in a session, changes by a method of it.
import type { Principal } from "../access/access.ts";
import { LazyMap, LazySet } from "../base/lazy.ts";
import type { ClientIdentity } from "../hooks/client_identity.ts";
import type { QoS } from "../mqtt/packets.ts";
import { topicMatches } from "../mqtt/topics.ts";
import { Deliveries, type DeliveryContext } from "./deliveries.ts";
import type { Message } from "./message.ts";
import type { ListenerOptions } from "./options.ts";
import type { Outlet } from "./outlet.ts";
import type { Publisher } from "./publisher_hold.ts";
import type { RetainedMessages } from "./retained_backlog.ts";
import type { Router } from "./router.ts";
import type { Subscriber } from "./subscriber.ts";
import type { Subscription } from "./subscription.ts";
import type { Visit } from "./visit.ts";
import type { PendingWill } from "./wills.ts";

/** What all sessions share. */
export interface SessionContext extends DeliveryContext {
  readonly router: Router;
}

export class Session implements Subscriber {
  /** Messages on their way to the client. */
  readonly deliveries: Deliveries;
  /** The client's stay, or its last one; undefined where it was not here since the start. */
  visit: Visit | undefined = undefined;
  readonly #context: SessionContext;
  #identity: ClientIdentity;
  #principal: Principal | undefined = undefined;
  #present = false;
  #expiryInterval: number;
  #expiresAt = Infinity;
  #will: PendingWill | undefined = undefined;
  /** By the filter as the client wrote it, `$share/…` included. */
  readonly #subscriptions = new LazyMap<string, Subscription>();
  /** Packet Identifiers of QoS 2 messages from the client that wait for their PUBREL. [MQTT-4.3.3-10] */
  readonly #received = new LazySet<number>();

  /** @param expiryInterval milliseconds it outlives its connection; 0: not at all; Infinity: for ever */
  constructor(
    context: SessionContext,
    identity: ClientIdentity,
    limits: ListenerOptions,
    expiryInterval: number,
    readonly createdAt: number,
  ) {
    this.#context = context;
    this.#identity = identity;
    this.#expiryInterval = expiryInterval;
    this.deliveries = new Deliveries(context, identity, limits);
  }

  get clientId(): string {
    return this.#identity.clientId;
  }

  /** The client as it was last here. */
  get identity(): ClientIdentity {
    return this.#identity;
  }

  /** What the client may do, as it was let in the last time; `undefined` where it was not since the start. */
  get principal(): Principal | undefined {
    return this.#principal;
  }

  /** Milliseconds it outlives its connection; Infinity: for ever. */
  get expiryInterval(): number {
    return this.#expiryInterval;
  }

  get present(): boolean {
    return this.#present;
  }

  get subscriptions(): ReadonlyMap<string, Subscription> {
    return this.#subscriptions;
  }

  /** QoS 2 messages from the client that wait for their PUBREL. */
  get received(): number {
    return this.#received.size;
  }

  /** Whether it ends with its connection. */
  get endsWithConnection(): boolean {
    return this.#expiryInterval === 0;
  }

  /**
   * When something of an absent client is due, on the turn's monotonic clock: its Will, or the session's end.
   */
  get dueAt(): number {
    return Math.min(this.#expiresAt, this.#will?.dueAt ?? Infinity);
  }

  hasExpired(now: number): boolean {
    return this.#expiresAt <= now;
  }

  /** Milliseconds it outlives its connection, from here on. */
  outliveConnection(expiryInterval: number): void {
    this.#expiryInterval = expiryInterval;
  }

  /**
   * Gives the session its connection; what waits is sent by `deliveries.resume` once the CONNACK is written.
   */
  attach(outlet: Outlet, identity: ClientIdentity, limits: ListenerOptions): void {
    this.#identity = identity;
    this.#present = true;
    this.#expiresAt = Infinity;
    this.#will = undefined; // [MQTT-3.1.3-9]
    this.deliveries.attach(outlet, identity, limits);
  }

  /** Whose it is from here on. */
  belongTo(principal: Principal): void {
    this.#principal = principal;
  }

  detach(): void {
    this.#present = false;
    this.#expiresAt = this.#context.turn.monotonic + this.#expiryInterval;
    this.deliveries.detach();
  }

  /** A Will that waits for its delay. */
  keepWill(will: PendingWill): void {
    this.#will = will;
  }

  /** Takes the Will that is to be published now; one whose delay has not passed only where `early`. */
  takeWill(now: number, early: boolean): PendingWill | undefined {
    const will = this.#will;
    if (will === undefined || (!early && will.dueAt > now)) return undefined;
    this.#will = undefined;
    return will;
  }

  /** Adds a subscription; returns the one of the same filter that it replaces. [MQTT-3.8.4-3] */
  subscribe(subscription: Subscription): Subscription | undefined {
    const before = this.#subscriptions.get(subscription.topicFilter);
    this.#subscriptions.set(subscription.topicFilter, subscription);
    this.#context.router.add(subscription, before === undefined);
    return before;
  }

  /**
   * Ends a subscription that the client may have no longer, and drops what waits only because of it. False
   * where it is not there any more.
   */
  revoke(subscription: Subscription, reason: string): boolean {
    if (!this.#has(subscription)) return false;
    const { topicFilter, filter } = subscription;
    this.unsubscribe(topicFilter);
    const left = [...this.#subscriptions.values()];
    this.deliveries.giveUp(({ name: { text } }) => {
      return topicMatches(filter, text) && !left.some((other) => topicMatches(other.filter, text));
    }, reason);
    return true;
  }

  /** False where there is no such subscription. [MQTT-3.10.4-1] */
  unsubscribe(topicFilter: string): boolean {
    const subscription = this.#subscriptions.get(topicFilter);
    if (subscription === undefined) return false;
    this.#subscriptions.delete(topicFilter);
    this.#context.router.remove(subscription);
    return true;
  }

  deliver(
    message: Message,
    qos: QoS,
    retain: boolean,
    subscriptionIdentifiers?: readonly number[],
    from?: Publisher,
  ): void {
    this.deliveries.deliver(message, qos, retain, subscriptionIdentifiers, from);
  }

  /** Sends the Retained Messages of a new subscription, behind what waits already. */
  deliverRetained(subscription: Subscription, messages: RetainedMessages): void {
    this.deliveries.deliverRetained(subscription, messages, () => this.#has(subscription));
  }

  /** Whether a QoS 2 message with this Packet Identifier waits for its PUBREL. [MQTT-4.3.3-10] */
  hasReceived(packetId: number): boolean {
    return this.#received.has(packetId);
  }

  /** A QoS 2 message came. */
  receive(packetId: number): void {
    this.#received.add(packetId);
  }

  /** PUBREL from the client. False where nothing waits for it. */
  pubrel(packetId: number): boolean {
    return this.#received.delete(packetId);
  }

  /** The session is over: its subscriptions go, and what still waits reaches nobody. */
  end(reason: string): void {
    for (const subscription of this.#subscriptions.values()) this.#context.router.remove(subscription);
    this.#subscriptions.clear();
    this.#received.clear();
    this.deliveries.end(reason);
  }

  /** Whether it has this very subscription, and not one that replaced it. */
  #has(subscription: Subscription): boolean {
    return this.#subscriptions.get(subscription.topicFilter) === subscription;
  }
}
