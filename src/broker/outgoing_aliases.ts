// Topic Aliases the broker gives the topics of one 5.0 connection, so that a long topic crosses a thin line
// once.
import { type OutgoingAlias, type OutgoingPublish, publishSize } from "../mqtt/encode.ts";

/** Topics of one connection that get one, at most; the client may allow fewer. */
const LARGEST = 256;

/**
 * First come, first served: a topic that got an alias keeps it for the life of the connection. [MQTT-3.3.2-7]
 */
export class OutgoingAliases {
  readonly #max: number;
  readonly #byTopic = new Map<string, OutgoingAlias>();

  /** @param topicAliasMaximum of the client's CONNECT [MQTT-3.3.2-11] */
  constructor(topicAliasMaximum: number) {
    this.#max = Math.min(topicAliasMaximum, LARGEST);
  }

  /** That of the packet's topic, where there is one, and a packet with it is not too large. */
  for(packet: OutgoingPublish, maximumPacketSize: number): OutgoingAlias | undefined {
    // The first use makes the packet longer.
    const fits = maximumPacketSize === Infinity || publishSize(packet, 5) + 3 <= maximumPacketSize;
    return fits ? this.#of(packet.topic) : undefined;
  }

  /** `undefined` where all aliases are taken. */
  #of(topic: string): OutgoingAlias | undefined {
    const known = this.#byTopic.get(topic);
    if (known !== undefined || this.#byTopic.size >= this.#max) return known;
    const number = this.#byTopic.size + 1;
    this.#byTopic.set(topic, { number, known: true });
    return { number, known: false };
  }
}
