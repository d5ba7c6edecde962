// A line of a log as the message that is sent again.
import { LoggedEvent } from "../reading/event.ts";
import { isTable } from "../base/table.ts";
import { type Filter, selects } from "../reading/filter.ts";
import type { QoS } from "../mqtt/packets.ts";
import { TopicName } from "../mqtt/topic_cache.ts";
import { Remembered } from "../base/remembered.ts";

export interface ReplayMessage {
  /** The Client Identifier of who published it; empty where the line has none. */
  readonly client: string;
  readonly topic: TopicName;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  /** When it came in, Unix milliseconds; `undefined` where the line does not say. */
  readonly ts: number | undefined;
}

/** Topics whose bytes are kept, and characters of the longest of them. */
const MOST_TOPICS = 10_000;
const LONGEST_KEPT = 512;
/** Bytes of a string in a packet [1.5.4]. */
const LONGEST_STRING = 65_535;

const encoder = new TextEncoder();
/** How a line begins, in Hookline's order of keys as in RMQTT's. */
const BEGINNING = encoder.encode('{"action":"');
const QUOTE = 0x22;

export class MessageReader {
  readonly #filter: Filter;
  readonly #prefix: string;
  readonly #decoder = new TextDecoder();
  readonly #topics = new Remembered<TopicName>(MOST_TOPICS);
  /** Lines that are no event, or chosen and no message; other events are not looked into. */
  skipped = 0;

  /**
   * @param filter with the actions that are messages
   * @param prefix stands before each topic
   */
  constructor(filter: Filter, prefix: string) {
    this.#filter = filter;
    this.#prefix = prefix;
  }

  /** `undefined` for a line that is not wanted, or skipped. */
  read(line: Uint8Array): ReplayMessage | undefined {
    if (this.#isOther(line)) return undefined;
    let keys: unknown;
    try {
      keys = JSON.parse(this.#decoder.decode(line));
    } catch {
      // No JSON, as what is no object.
    }
    if (!isTable(keys)) return this.#skip();
    const event = new LoggedEvent(keys);
    return selects(this.#filter, event) ? this.#messageOf(event) ?? this.#skip() : undefined;
  }

  /** Most lines of a log are other events: they are told by their beginning, several times faster. */
  #isOther(line: Uint8Array): boolean {
    for (let i = 0; i < BEGINNING.length; i++) if (line[i] !== BEGINNING[i]) return false;
    const end = line.indexOf(QUOTE, BEGINNING.length);
    const action = this.#decoder.decode(line.subarray(BEGINNING.length, Math.max(0, end)));
    return !action.includes("\\") && !this.#filter.actions.includes(action);
  }

  #messageOf(event: LoggedEvent): ReplayMessage | undefined {
    const client = event.text("from_clientid") ?? "";
    const payload = event.text("payload");
    const qos = event.number("qos");
    const topic = event.text("topic");
    if (payload === undefined || topic === undefined || (qos !== 0 && qos !== 1 && qos !== 2)) {
      return undefined;
    }
    if (!isString(client)) return undefined;
    try {
      return {
        client,
        topic: this.#topic(topic),
        payload: Uint8Array.fromBase64(payload),
        qos,
        retain: event.flag("retain") ?? false,
        ts: event.number("ts"),
      };
    } catch {
      // No base64, or no Topic Name.
      return undefined;
    }
  }

  #topic(text: string): TopicName {
    const known = this.#topics.get(text);
    if (known !== undefined) return known;
    const topic = new TopicName(this.#prefix + text);
    if (text.length <= LONGEST_KEPT) this.#topics.set(text, topic);
    return topic;
  }

  #skip(): undefined {
    this.skipped++;
    return undefined;
  }
}

/** Whether a packet can hold the text. [MQTT-1.5.4-2] */
function isString(text: string): boolean {
  const bytes = text.length * 3 > LONGEST_STRING ? encoder.encode(text).length : 0;
  return bytes <= LONGEST_STRING && !text.includes("\0");
}
