// $SYS: what the broker says of itself to clients, by Mosquitto's names and by RMQTT's.
import type { Clock } from "../base/clock.ts";
import type { Overview } from "./api_types.ts";
import { overview } from "./overview.ts";
import type { StatusSources } from "./sources.ts";
import { metricsOf, statsOf } from "./_stats.ts";

/** The minutes that Mosquitto's loads are an average of. */
const MINUTES = [1, 5, 15] as const;

/** What loads are of: counters, by Mosquitto's names. */
const LOADS: Readonly<Record<string, (counters: Overview["counters"]) => number>> = {
  "messages/received": (of) => of.packets_received,
  "messages/sent": (of) => of.packets_sent,
  "publish/received": (of) => of.messages_received,
  "publish/sent": (of) => of.messages_sent,
  "publish/dropped": (of) => sum(of.messages_dropped),
  "bytes/received": (of) => of.bytes_received,
  "bytes/sent": (of) => of.bytes_sent,
  "connections": (of) => of.clients_connected,
};

export class SysTopics {
  readonly #sources: StatusSources;
  readonly #clock: Clock;
  readonly #started: number;
  /** By topic; what did not change is not published again. */
  readonly #texts = new Map<string, string>();
  /** Averages, by name and minutes, and the counters they were taken from. */
  readonly #loads = new Map<string, number>();
  #before: Overview["counters"] | undefined = undefined;
  #at: number;
  #mostHeap = 0;
  #interval = 0;
  #stopTimer: (() => void) | undefined = undefined;

  /** Publishes nothing yet. @param started Unix milliseconds */
  constructor(sources: StatusSources, started: number) {
    this.#sources = sources;
    this.#clock = sources.clock;
    this.#started = started;
    this.#at = this.#clock.monotonic();
  }

  /** @param interval milliseconds between two publications from now on; 0: what is there is taken back */
  every(interval: number): void {
    if (interval === this.#interval) return;
    this.#interval = interval;
    this.#stopTimer?.();
    if (interval === 0) this.#takeBack();
    else this.#publishAndWait();
  }

  stop(): void {
    this.#stopTimer?.();
  }

  #publishAndWait(): void {
    const now = overview(this.#sources, this.#started, 0);
    this.#average(now.counters);
    this.#mostHeap = Math.max(this.#mostHeap, now.memory.heap);
    const changed: [string, string][] = [];
    for (const [topic, value] of this.#all(now)) {
      const text = String(value);
      if (this.#texts.get(topic) === text) continue;
      this.#texts.set(topic, text);
      changed.push([topic, text]);
    }
    this.#sources.broker.publishOwn(changed);
    this.#stopTimer = this.#clock.setTimer(this.#interval, () => this.#publishAndWait());
  }

  #takeBack(): void {
    this.#sources.broker.publishOwn(Array.from(this.#texts.keys(), (topic) => [topic, ""] as const));
    this.#texts.clear();
  }

  /** As Mosquitto does: what an interval had, per minute, moves each average towards it. */
  #average(counters: Overview["counters"]): void {
    const now = this.#clock.monotonic();
    const minutes = (now - this.#at) / 60_000;
    const before = this.#before;
    this.#at = now;
    this.#before = counters;
    for (const [name, of] of Object.entries(LOADS)) {
      const rate = before === undefined || minutes === 0 ? 0 : (of(counters) - of(before)) / minutes;
      for (const span of MINUTES) {
        const key = `${name}/${span}min`;
        this.#loads.set(key, rate + Math.exp(-minutes / span) * ((this.#loads.get(key) ?? 0) - rate));
      }
    }
  }

  *#all(now: Overview): Generator<readonly [topic: string, value: string | number]> {
    for (const [name, value] of Object.entries(this.#mosquitto(now))) yield [`$SYS/broker/${name}`, value];
    for (const [name, value] of this.#loads) yield [`$SYS/broker/load/${name}`, value.toFixed(2)];
    yield [`$SYS/brokers/${now.node_id}/stats`, JSON.stringify(statsOf(this.#sources))];
    yield [`$SYS/brokers/${now.node_id}/metrics`, JSON.stringify(metricsOf(this.#sources))];
  }

  #mosquitto(now: Overview): Readonly<Record<string, string | number>> {
    const { counters } = now;
    const away = now.sessions - now.clients;
    const stored = now.kept_messages + now.retained_messages;
    return {
      "version": `hookline version ${now.version}`,
      "uptime": `${Math.floor(now.uptime)} seconds`,
      "clients/connected": now.clients,
      "clients/active": now.clients,
      "clients/disconnected": away,
      "clients/inactive": away,
      "clients/total": now.sessions,
      "clients/maximum": now.clients_max,
      "messages/received": counters.packets_received,
      "messages/sent": counters.packets_sent,
      "messages/stored": stored,
      "store/messages/count": stored,
      "store/messages/bytes": now.kept_bytes + now.retained_bytes,
      "publish/messages/received": counters.messages_received,
      "publish/messages/sent": counters.messages_sent,
      "publish/messages/dropped": sum(counters.messages_dropped),
      "publish/bytes/received": counters.payload_bytes_received,
      "publish/bytes/sent": counters.payload_bytes_sent,
      "bytes/received": counters.bytes_received,
      "bytes/sent": counters.bytes_sent,
      "retained messages/count": now.retained_messages,
      "subscriptions/count": now.subscriptions,
      "shared_subscriptions/count": now.shared_subscriptions,
      "heap/current": now.memory.heap,
      "heap/maximum": this.#mostHeap,
    };
  }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}
