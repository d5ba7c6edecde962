// Router: what it remembers of topics is bounded, and forgotten with the subscriptions it came from.
import assert from "node:assert/strict";
import { Router } from "../../src/broker/router.ts";
import { CountingSubscriber, message, subscription } from "./_session_bench.ts";

Deno.test("topics that many subscribe to are remembered within a bound, and still routed", () => {
  const router = new Router();
  const subscribers = Array.from({ length: 100 }, (_, i) => new CountingSubscriber(`c${i}`));
  for (const each of subscribers) router.add(subscription(each, "#"));
  let most = 0;
  for (let i = 0; i < 5_000; i++) {
    router.route(message("x", { topic: `t/${i}` }));
    most = Math.max(most, router.rememberedBytes);
  }
  assert(most > 20 * 1024 * 1024 && most <= 32 * 1024 * 1024, `${most} bytes`);
  assert.deepEqual(subscribers.map(({ delivered }) => delivered), subscribers.map(() => 5_000));
});

Deno.test("a change of subscriptions forgets every route, so that no session is kept by a topic", () => {
  const router = new Router();
  const [a, b] = [new CountingSubscriber("a"), new CountingSubscriber("b")];
  const subscribed = subscription(a, "t/#");
  router.add(subscribed);
  const topics = [message("x", { topic: "t/1" }), message("x", { topic: "t/2" })];
  for (const each of topics) router.route(each);
  assert(router.rememberedBytes > 0);
  router.remove(subscribed);
  assert.equal(router.rememberedBytes, 0);
  router.add(subscription(b, "t/1"));
  for (const each of topics) router.route(each);
  assert.deepEqual([a.delivered, b.delivered], [2, 1]);
});
