// Router: what it remembers of topics is bounded, and forgotten with the subscriptions it came from.
import assert from "node:assert/strict";
import { publish, World } from "./_world.ts";

Deno.test("topics that many clients subscribe to are remembered within a bound, and still routed", async () => {
  await using world = new World();
  const clients = await Promise.all(Array.from({ length: 100 }, (_, i) => world.connect(`c${i}`)));
  for (const client of clients) await client.subscribe("#");
  const publisher = await world.connect("p");
  let most = 0;
  for (let i = 0; i < 5_000; i += 100) {
    await publisher.sent(...Array.from({ length: 100 }, (_, k) => publish(`t/${i + k}`, "x")));
    most = Math.max(most, world.broker.router.weight);
  }
  assert(most > 20 * 1024 * 1024 && most <= 32 * 1024 * 1024, `${most} bytes`);
  for (const client of clients) {
    assert.equal(client.take().filter(({ cmd }) => cmd === "publish").length, 5_000);
  }
});

Deno.test("a change of subscriptions forgets every route, so that no session is kept by a topic", async () => {
  await using world = new World();
  const client = await world.connect("a");
  await client.subscribe("t/#");
  const publisher = await world.connect("p");
  await publisher.sent(publish("t/1", "x"), publish("t/2", "x"));
  assert(world.broker.router.weight > 0);
  await client.sent({ cmd: "disconnect" });
  assert.equal(world.broker.router.weight, 0);
  const again = await world.connect("b");
  await again.subscribe("t/1");
  await publisher.sent(publish("t/1", "x"), publish("t/2", "x"));
  assert.deepEqual(again.names().slice(-1), ["publish"]);
});
