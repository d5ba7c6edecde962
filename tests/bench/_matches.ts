// How many topics are routed among a million subscriptions, most of which the router does not remember.
// Prints figures as JSON; its argument: seconds that the measurement may take. The task `bench` starts it.
import { Message, type Published } from "../../src/broker/message.ts";
import { Router } from "../../src/broker/router.ts";
import type { Subscriber } from "../../src/broker/subscriber.ts";
import { ClientIdentity } from "../../src/hooks/client_identity.ts";
import { NO_PROPERTIES } from "../../src/mqtt/publish_properties.ts";
import { TopicName } from "../../src/mqtt/topic_cache.ts";
import { parseFilter } from "../../src/mqtt/topics.ts";
import { Random } from "../helpers/random.ts";

const SUBSCRIPTIONS = 1_000_000;
const CLIENTS = 100;
/** More than the router remembers; none is routed twice before all others were. */
const TOPICS = 200_000;

class Counting implements Subscriber {
  readonly present = true;
  delivered = 0;

  constructor(readonly clientId: string) {}

  deliver(): void {
    this.delivered++;
  }
}

const router = new Router();
const clients = Array.from({ length: CLIENTS }, (_, i) => new Counting(`c${i}`));
for (let i = 0; i < SUBSCRIPTIONS; i++) {
  const topicFilter = `site/${Math.floor(i / 1000)}/device/${i % 1000}/${i % 10 === 0 ? "+" : "value"}`;
  const parsed = parseFilter(topicFilter);
  if (typeof parsed === "string") throw new Error(parsed);
  const subscriber = clients[Math.floor(i / (SUBSCRIPTIONS / CLIENTS))] as Counting;
  router.add({
    subscriber,
    topicFilter,
    ...parsed,
    qos: 0,
    noLocal: false,
    retainAsPublished: false,
    id: undefined,
    opts: { qos: 0 },
  });
}

const random = new Random(1);
const publisher = new ClientIdentity(1, "127.0.0.1:40000", "bench-publisher", undefined);
const published: Published = {
  payload: new Uint8Array(0),
  dup: false,
  retain: false,
  qos: 0,
  packetId: 0,
  properties: NO_PROPERTIES,
};
const messages = Array.from({ length: TOPICS }, () => {
  const name = new TopicName(`site/${random.int(1000)}/device/${random.int(1000)}/value`);
  return new Message(publisher, "custom", name, published, 0, Infinity);
});

const start = performance.now();
let routed = 0;
while (performance.now() - start < Number(Deno.args[0]) * 1000) {
  for (let i = 0; i < 1_000; i++) router.route(messages[routed++ % TOPICS] as Message);
}
const seconds = (performance.now() - start) / 1000;
const delivered = clients.reduce((sum, client) => sum + client.delivered, 0);
if (delivered !== routed) throw new Error(`${routed} messages were routed, ${delivered} arrived`);
Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify({ matches_per_s: routed / seconds })}\n`));
