// Retained messages, and messages that the operator publishes.
import { type MessageSnapshot, NotStored } from "../broker/view.ts";
import { payloadHidden } from "../hooks/lines.ts";
import { topicNameProblem } from "../mqtt/topics.ts";
import { isTable } from "../base/table.ts";
import { json, list, page, Refused, text } from "./_answers.ts";
import type { RetainInfo } from "./api_types.ts";
import { readBody } from "./_body.ts";
import type { Call, EndpointEntry } from "./_call.ts";

/** Bytes of a payload that a list shows. */
const SHOWN = 4_096;

export const MESSAGE_ENDPOINTS: readonly EndpointEntry[] = [
  {
    method: "GET",
    path: "/retains",
    name: "get_retains",
    descr: "Retained Messages that a Topic Filter matches",
    answer: retains,
  },
  {
    method: "DELETE",
    path: "/retains/{topic}",
    name: "delete_retain",
    descr: "Ends a Retained Message: an empty one is published",
    answer: deleteRetain,
  },
  {
    method: "POST",
    path: "/mqtt/publish",
    name: "publish",
    descr: "Publishes a message",
    answer: publish,
  },
];

async function retains({ query, options, sources }: Call): Promise<Response> {
  const filter = query.topicFilter("topic") ?? "#";
  const { rows, total } = await page(sources.broker.retained(filter), {
    keep: () => true,
    ...query.page(options.maxRowLimit),
  });
  const hides = payloadHidden(sources.hooks.lineOptions);
  const shown = (
    { topic, qos, payload, from, fromType, receivedAt, expiresIn }: MessageSnapshot,
  ): RetainInfo => ({
    node_id: sources.broker.nodeId,
    topic,
    qos,
    payload: hides(topic) ? null : payload.subarray(0, SHOWN).toBase64(),
    payload_size: payload.length,
    clientid: from.clientId,
    username: from.username ?? "undefined",
    from_type: fromType,
    ts: receivedAt,
    expiry_interval: expiresIn ?? null,
  });
  return list(rows, shown, total);
}

async function deleteRetain(call: Call): Promise<Response> {
  const topic = checkedTopic(call.path["topic"] ?? "");
  const known = [...call.sources.broker.retained(topic)].some((message) => message !== undefined);
  if (!known) throw new Refused(404, "this topic has no Retained Message.");
  await send(call, [topic], { payload: new Uint8Array(), qos: 0, retain: true, clientId: "system" });
  return json(true);
}

async function publish(call: Call): Promise<Response> {
  const body = await readBody(call.request);
  if (!isTable(body)) throw new Refused(400, "the body must be a JSON object.");
  const { topic, topics, clientid = "system", payload, encoding = "plain", qos = 0, retain = false } = body;
  const all = [
    ...typeof topic === "string" ? [topic] : [],
    ...typeof topics === "string" ? topics.split(",") : [],
  ];
  if (all.length === 0) throw new Refused(400, "topic is missing: a Topic Name.");
  if (typeof payload !== "string") throw new Refused(400, "payload is missing: a string.");
  if (typeof clientid !== "string" || !isText(clientid)) {
    throw new Refused(400, "clientid must be a string of characters.");
  }
  if (qos !== 0 && qos !== 1 && qos !== 2) throw new Refused(400, "qos must be 0, 1 or 2.");
  if (typeof retain !== "boolean") throw new Refused(400, "retain must be true or false.");
  await send(call, all.map((it) => checkedTopic(it.trim())), {
    payload: decoded(payload, encoding),
    qos,
    retain,
    clientId: clientid,
  });
  return text("ok");
}

async function send(
  { sources, options, peer }: Call,
  topics: readonly string[],
  message: Pick<
    Parameters<Call["sources"]["broker"]["publish"]>[0],
    "payload" | "qos" | "retain" | "clientId"
  >,
): Promise<void> {
  const all = topics.map((topic) => {
    const expiry = options.messageExpiry;
    return sources.broker.publish({ ...message, topic, address: peer, username: undefined, expiry });
  });
  await Promise.all(all).catch((error) => {
    if (!(error instanceof NotStored)) throw error;
    throw new Refused(503, "nothing can be kept now: the message may not outlive a crash.");
  });
}

function checkedTopic(topic: string): string {
  const problem = topicNameProblem(topic);
  if (problem !== undefined) throw new Refused(400, `topic is no Topic Name: ${problem}.`);
  if (!isText(topic)) throw new Refused(400, "topic has half a character, a lone surrogate.");
  if (topic.startsWith("$SYS/")) throw new Refused(400, "what is below $SYS/ is the broker's own.");
  return topic;
}

/** Whether a packet can hold it. [MQTT-1.5.4-1] [MQTT-1.5.4-2] */
function isText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

function decoded(payload: string, encoding: unknown): Uint8Array {
  if (encoding === "plain") return new TextEncoder().encode(payload);
  if (encoding !== "base64") throw new Refused(400, "encoding must be plain or base64.");
  try {
    return Uint8Array.fromBase64(payload);
  } catch (error) {
    throw new Refused(400, `payload is no base64: ${error instanceof Error ? error.message : ""}.`);
  }
}
