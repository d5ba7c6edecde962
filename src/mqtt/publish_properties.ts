// The properties of a PUBLISH or a Will that travel with the message to its subscribers.
import { MqttError, protocolError } from "./error.ts";
import { type Properties, type PropertyName, readProperties } from "./properties.ts";
import type { Reader } from "./reader.ts";
import { Reason } from "./reason_codes.ts";
import { topicNameProblem } from "./topics.ts";

/** What the broker forwards, and what it must know of it. */
export interface PublishProperties {
  /**
   * Encoded properties that are sent on byte for byte, in their order: payload format, content type, response
   * topic, correlation data, user properties. [MQTT-3.3.2-4] [MQTT-3.3.2-15] to [MQTT-3.3.2-18]
   * [MQTT-3.3.2-20]
   */
  readonly forwarded: Uint8Array;
  /** Seconds, `undefined` where absent. */
  readonly messageExpiryInterval: number | undefined;
}

export const NO_PROPERTIES: PublishProperties = {
  forwarded: new Uint8Array(0),
  messageExpiryInterval: undefined,
};

// Told to us, not to the subscribers: the broker sends its own value or none.
const NOT_FORWARDED = new Set<PropertyName>([
  "MessageExpiryInterval",
  "TopicAlias",
  "WillDelayInterval",
]);

/** Reads the properties of a PUBLISH or a Will. `forwarded` is a copy that outlives the packet's bytes. */
export function readPublishProperties(
  reader: Reader,
  packet: "WILL" | "PUBLISH",
): { readonly all: Properties; readonly publish: PublishProperties } {
  const parts: Uint8Array[] = [];
  let length = 0;
  const all = readProperties(reader, packet, (name, start, end) => {
    if (NOT_FORWARDED.has(name)) return;
    parts.push(reader.bytes.subarray(start, end));
    length += end - start;
  });
  const responseTopic = all.strings.get("ResponseTopic");
  if (responseTopic !== undefined) {
    // [MQTT-3.3.2-14]
    const problem = topicNameProblem(responseTopic);
    if (problem !== undefined) throw protocolError(`Response Topic: ${problem}`);
  }
  if (all.numbers.has("SubscriptionIdentifier")) {
    // A property of PUBLISH, but the server's to send. [MQTT-3.3.4-6]
    throw protocolError("a Subscription Identifier in a PUBLISH from a client");
  }
  if (all.numbers.get("TopicAlias") === 0) {
    throw new MqttError(Reason.TopicAliasInvalid, "Topic Alias is 0"); // [MQTT-3.3.2-8]
  }
  const forwarded = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    forwarded.set(part, at);
    at += part.length;
  }
  const messageExpiryInterval = all.numbers.get("MessageExpiryInterval");
  return { all, publish: { forwarded, messageExpiryInterval } };
}
