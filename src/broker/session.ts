// Session state (4.1): subscriptions, what is on its way to the client, what came in with QoS 2, the Will
// that waits. Whatever changes in a session, changes by a method of it.
import type { Principal } from "../access/access.ts";
import { LazyMap, LazySet } from "../base/lazy.ts";
import type { ClientIdentity } from "../hooks/client_identity.ts";
import type { QoS, Will } from "../mqtt/packets.ts";
import { topicMatches } from "../mqtt/topics.ts";
import type { LoadedSession, SessionRecord } from "../store/journal.ts";
import { Deliveries } from "./deliveries.ts";
import type { DeliveryContext } from "./delivery_context.ts";
import type { Message } from "./message.ts";
import type { ListenerOptions } from "./options.ts";
import type { Outlet } from "./outlet.ts";
import type { Publisher } from "./publisher_hold.ts";
import { restoredSubscription } from "./restored.ts";
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

export class Session implements Subscriber, SessionRecord {
  /**
   * Its number in the store; 0: it lives in memory only, for it ends with its connection, or nothing is
   * stored.
   */
  readonly row: number;
  /** Messages on their way to the client. */
  readonly deliveries: Deliveries;
  /** The client's stay, or its last one; undefined where it was not here since the start. */
  visit: Visit | undefined = undefined;
  readonly #context: SessionContext;
  #identity: ClientIdentity;
  #principal: Principal | undefined = undefined;
  #awaySince: number | undefined;
  #expiryInterval: number;
  #will: PendingWill | undefined = undefined;
  /** By the filter as the client wrote it, `$share/…` included. */
  readonly #subscriptions = new LazyMap<string, Subscription>();
  /** Packet Identifiers of QoS 2 messages from the client that wait for their PUBREL. [MQTT-4.3.3-10] */
  readonly #received = new LazySet<number>();

  /**
   * @param expiryInterval milliseconds it outlives its connection; 0: not at all; Infinity: for ever
   * @param found what the store has of it; without it, it is new
   */
  constructor(
    context: SessionContext,
    identity: ClientIdentity,
    limits: ListenerOptions,
    expiryInterval: number,
    readonly createdAt: number,
    found?: LoadedSession,
  ) {
    const { journal, turn } = context;
    this.#context = context;
    this.#identity = identity;
    this.#expiryInterval = expiryInterval;
    this.row = found?.row ?? (journal.keeps && expiryInterval > 0 ? journal.next() : 0);
    this.#awaySince = found?.awaySince ?? turn.monotonic;
    this.deliveries = new Deliveries(context, identity, limits, this.row, found);
    if (found !== undefined) this.#restore(found);
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
    return this.#awaySince === undefined;
  }

  /** When its client was last here, on the turn's monotonic clock; `undefined` while it is. */
  get awaySince(): number | undefined {
    return this.#awaySince;
  }

  get pendingWill(): PendingWill | undefined {
    return this.#will;
  }

  get queueLimits(): ListenerOptions {
    return this.deliveries.limits;
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

  get isStored(): boolean {
    return this.row !== 0;
  }

  /** Whether it outlives the process. */
  get outlivesProcess(): boolean {
    return this.row !== 0 && !this.endsWithConnection;
  }

  /**
   * When something of an absent client is due, on the turn's monotonic clock: its Will, or the session's end.
   */
  get dueAt(): number {
    return Math.min(this.#expiresAt, this.#will?.dueAt ?? Infinity);
  }

  get #expiresAt(): number {
    return (this.#awaySince ?? Infinity) + this.#expiryInterval;
  }

  hasExpired(now: number): boolean {
    return this.#expiresAt <= now;
  }

  /** Milliseconds it outlives its connection, from here on. */
  outliveConnection(expiryInterval: number): void {
    this.#expiryInterval = expiryInterval;
    this.#changed();
  }

  /**
   * Gives the session its connection; what waits is sent by `deliveries.resume` once the CONNACK is written.
   * @param will in place of one that waits [MQTT-3.1.3-9]
   */
  attach(outlet: Outlet, identity: ClientIdentity, limits: ListenerOptions, will?: Will): void {
    this.#identity = identity;
    this.#awaySince = undefined;
    this.#will = will && { will, from: identity, dueAt: Infinity };
    this.deliveries.attach(outlet, identity, limits);
    this.#changed();
  }

  /** Whose it is from here on. */
  belongTo(principal: Principal): void {
    this.#principal = principal;
  }

  /** The client is gone. @param will what it did not take back */
  detach(will?: Will): void {
    const { monotonic } = this.#context.turn;
    this.#awaySince = monotonic;
    this.#will = will && { will, from: this.#identity, dueAt: monotonic + will.delayInterval * 1000 };
    this.deliveries.detach();
    this.#changed();
  }

  /** Takes the Will that is to be published now; one whose delay has not passed only where `early`. */
  takeWill(now: number, early: boolean): PendingWill | undefined {
    const will = this.#will;
    if (will === undefined || (!early && will.dueAt > now)) return undefined;
    this.#will = undefined;
    this.#changed();
    return will;
  }

  /** Adds a subscription; returns the one of the same filter that it replaces. [MQTT-3.8.4-3] */
  subscribe(subscription: Subscription): Subscription | undefined {
    const before = this.#subscriptions.get(subscription.topicFilter);
    this.#subscriptions.set(subscription.topicFilter, subscription);
    this.#context.router.add(subscription, before === undefined);
    if (this.row !== 0) this.#context.journal.subscribed(this.row, subscription);
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
    if (this.row !== 0) this.#context.journal.unsubscribed(this.row, topicFilter);
    return true;
  }

  deliver(
    message: Message,
    qos: QoS,
    retain: boolean,
    subscriptionIdentifiers?: readonly number[],
    from?: Publisher,
  ): void {
    // What the broker says of itself is of now, and waits for nobody.
    if (!this.present && message.fromType === "system") return;
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
    if (this.row !== 0) this.#context.journal.received(this.row, packetId);
  }

  /** PUBREL from the client. False where nothing waits for it. */
  pubrel(packetId: number): boolean {
    if (!this.#received.delete(packetId)) return false;
    if (this.row !== 0) this.#context.journal.released(this.row, packetId);
    return true;
  }

  /** The session is over: its subscriptions go, and what still waits reaches nobody. */
  end(reason: string): void {
    for (const subscription of this.#subscriptions.values()) this.#context.router.remove(subscription);
    this.#subscriptions.clear();
    this.#received.clear();
    this.deliveries.end(reason);
    if (this.row !== 0) this.#context.journal.sessionOver(this);
  }

  #changed(): void {
    if (this.row !== 0) this.#context.journal.session(this);
  }

  #restore({ subscriptions, received, pendingWill }: LoadedSession): void {
    for (const found of subscriptions) {
      const subscription = restoredSubscription(this, found);
      if (subscription === undefined) continue;
      this.#subscriptions.set(subscription.topicFilter, subscription);
      this.#context.router.add(subscription);
    }
    for (const packetId of received) this.#received.add(packetId);
    this.#will = pendingWill && { ...pendingWill, from: this.#identity };
  }

  /** Whether it has this very subscription, and not one that replaced it. */
  #has(subscription: Subscription): boolean {
    return this.#subscriptions.get(subscription.topicFilter) === subscription;
  }
}
