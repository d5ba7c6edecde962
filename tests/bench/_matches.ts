// How many topics are routed among a million subscriptions, most of which the router does not remember.
// Prints figures as JSON; its argument: seconds that the measurement may take. The task `bench` starts it.
import type { Message } from "../../src/broker/message.ts";
import { Router } from "../../src/broker/router.ts";
import { CountingSubscriber, message, subscription } from "../broker/_session_bench.ts";
import { Random } from "../helpers/random.ts";

const SUBSCRIPTIONS = 1_000_000;
const CLIENTS = 100;
/** More than the router remembers; none is routed twice before all others were. */
const TOPICS = 200_000;

const router = new Router();
const clients = Array.from({ length: CLIENTS }, (_, i) => new CountingSubscriber(`c${i}`));
for (let i = 0; i < SUBSCRIPTIONS; i++) {
  const topicFilter = `site/${Math.floor(i / 1000)}/device/${i % 1000}/${i % 10 === 0 ? "+" : "value"}`;
  const subscriber = clients[Math.floor(i / (SUBSCRIPTIONS / CLIENTS))] as CountingSubscriber;
  router.add(subscription(subscriber, topicFilter));
}

const random = new Random(1);
const messages = Array.from(
  { length: TOPICS },
  () => message("", { topic: `site/${random.int(1000)}/device/${random.int(1000)}/value` }),
);

const start = performance.now();
let routed = 0;
while (performance.now() - start < Number(Deno.args[0]) * 1000) {
  for (let i = 0; i < 1_000; i++) router.route(messages[routed++ % TOPICS] as Message);
}
const seconds = (performance.now() - start) / 1000;
const delivered = clients.reduce((sum, client) => sum + client.delivered, 0);
if (delivered !== routed) throw new Error(`${routed} messages were routed, ${delivered} arrived`);
Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify({ matches_per_s: routed / seconds })}\n`));
