// Which topics are published to, how often and with what: counted only while somebody asks.
import type { Clock } from "../base/clock.ts";
import type { MessageData } from "../hooks/events.ts";
import { topicMatches } from "../mqtt/topics.ts";
import type { TopicInfo, TopicsInfo } from "./api_types.ts";
import type { Query } from "./_query.ts";

/** Topics that are kept at most. */
const MOST = 10_000;
/** Bytes of the last payload that are kept. */
const SHOWN = 256;
/** Milliseconds after the last request for which counting goes on. */
const IDLE_AFTER = 30_000;

interface Counted {
  readonly topic: string;
  count: number;
  bytes: number;
  last: number;
  payload: Uint8Array | undefined;
  payloadSize: number;
  qos: number;
  retain: boolean;
}

export class TopicCounts {
  readonly #clock: Clock;
  readonly #hides: (topic: string) => boolean;
  readonly #changed: () => void;
  readonly #topics = new Map<string, Counted>();
  #since: number | undefined = undefined;
  #leftOut = 0;
  #askedAt = 0;
  #stopTimer: (() => void) | undefined = undefined;

  /**
   * @param hides whether payloads of a topic are nobody's to see
   * @param changed is called when counting begins and when it ends
   */
  constructor(clock: Clock, hides: (topic: string) => boolean, changed: () => void) {
    this.#clock = clock;
    this.#hides = hides;
    this.#changed = changed;
  }

  get counting(): boolean {
    return this.#since !== undefined;
  }

  /** A message was published. */
  count({ topic, payload, qos, retain, receivedAt }: MessageData): void {
    let counted = this.#topics.get(topic);
    if (counted === undefined) {
      if (this.#topics.size >= MOST) return void this.#leftOut++;
      counted = {
        topic,
        count: 0,
        bytes: 0,
        last: 0,
        payload: undefined,
        payloadSize: 0,
        qos: 0,
        retain: false,
      };
    } else this.#topics.delete(topic);
    // The newest stands last.
    this.#topics.set(topic, counted);
    counted.count++;
    counted.bytes += payload.length;
    counted.last = receivedAt;
    counted.payload = this.#hides(topic) ? undefined : payload.slice(0, SHOWN);
    counted.payloadSize = payload.length;
    counted.qos = qos;
    counted.retain = retain;
  }

  /** @param mostRows of the answer */
  ask(query: Query, mostRows: number): TopicsInfo {
    const filter = query.topicFilter("topic");
    const { limit, offset } = query.page(mostRows);
    this.#askedAt = this.#clock.monotonic();
    if (this.#since === undefined) {
      this.#since = this.#clock.now();
      this.#wait(IDLE_AFTER);
      this.#changed();
    }
    const all = [...this.#topics.values()].reverse().filter(({ topic }) => {
      return filter === undefined || topicMatches(filter, topic);
    });
    return {
      watching_since: this.#since,
      most: MOST,
      left_out: this.#leftOut,
      total: all.length,
      topics: all.slice(offset, offset + limit).map(shown),
    };
  }

  /** Counts no more, and forgets what it has. */
  stop(): void {
    this.#stopTimer?.();
    if (this.#since === undefined) return;
    this.#since = undefined;
    this.#leftOut = 0;
    this.#topics.clear();
    this.#changed();
  }

  #wait(ms: number): void {
    this.#stopTimer = this.#clock.setTimer(ms, () => {
      const left = this.#askedAt + IDLE_AFTER - this.#clock.monotonic();
      if (left > 0) this.#wait(left);
      else this.stop();
    });
  }
}

function shown({ payload, payloadSize, ...counted }: Counted): TopicInfo {
  return { ...counted, payload: payload?.toBase64() ?? null, payload_size: payloadSize };
}
