// Decisions that must be waited for: the client waits with everything behind them, and nobody else does.
import assert from "node:assert/strict";
import type { Access, Decision, Principal, Refusal } from "../../src/access/access.ts";
import { Reason } from "../../src/mqtt/reason_codes.ts";
import { publish, settled, World } from "./_world.ts";

type Answer = Principal | Refusal;

/** Access rules whose answers a test gives when it likes. */
class Waiting implements Access {
  readonly connects: PromiseWithResolvers<Answer>[] = [];
  readonly asked: { readonly what: string; readonly answer: PromiseWithResolvers<boolean> }[] = [];

  /** @param waits which of the decisions must be waited for; the others are yes */
  constructor(readonly waits: "connect" | "permission") {}

  connect(
    { password: _, allowAnonymous: __, ...peer }: Parameters<Access["connect"]>[0],
  ): Answer | Promise<Answer> {
    const ask = (what: string): Decision => {
      if (this.waits === "connect" || peer.clientId === "other") return true;
      const answer = Promise.withResolvers<boolean>();
      this.asked.push({ what, answer });
      return answer.promise;
    };
    const principal: Principal = { ...peer, mayPublish: ask, maySubscribe: ask };
    if (this.waits === "permission" || peer.clientId === "other") return principal;
    const answer = Promise.withResolvers<Answer>();
    this.connects.push(answer);
    return answer.promise.then((it) => "refusal" in it ? it : principal);
  }

  async connected(answer: Answer | Error = {} as Principal): Promise<void> {
    const next = this.connects.shift();
    assert(next, "nobody asked");
    if (answer instanceof Error) next.reject(answer);
    else next.resolve(answer);
    await settled();
  }

  async permitted(what: string, answer: boolean | Error): Promise<void> {
    const next = this.asked.shift();
    assert.equal(next?.what, what);
    if (answer instanceof Error) next?.answer.reject(answer);
    else next?.answer.resolve(answer);
    await settled();
  }
}

Deno.test("a CONNECT that must wait is answered when it is decided, and then what came behind it", async () => {
  const access = new Waiting("connect");
  await using world = new World({}, {}, access);
  const client = await world.connect("a");
  client.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "t", qos: 1 }] });
  client.send(publish("t", "x", 1, 2));
  await settled();
  assert.deepEqual(client.names(), []);
  assert.deepEqual(world.story("clientid", "client_connack", "session_created", "client_subscribe"), []);
  const other = await world.connect("other");
  assert.deepEqual(other.names(), ["connack"]);
  await access.connected();
  assert.deepEqual(client.names(), ["connack", "suback 1", "publish 1", "puback 2"]);
});

Deno.test("a CONNECT is refused when that is the decision, and Server unavailable when there is none", async () => {
  const access = new Waiting("connect");
  await using world = new World({}, {}, access);
  const refused = await world.connect("a", { protocolVersion: 5 });
  await access.connected({ refusal: Reason.NotAuthorized });
  const [connack] = refused.take();
  assert(connack?.cmd === "connack" && connack.reasonCode === Reason.NotAuthorized);
  const unlucky = await world.connect("b", { protocolVersion: 5 });
  await access.connected(new Error("the server of the doors is gone"));
  const [answer] = unlucky.take();
  assert(answer?.cmd === "connack" && answer.reasonCode === Reason.ServerUnavailable);
  assert.match(world.log.splice(0).join(), /could not be decided.*the server of the doors is gone/);
  assert.equal(world.sessions, 0);
});

Deno.test("a decision that takes longer than handshake_timeout finds nobody any more", async () => {
  const access = new Waiting("connect");
  await using world = new World({ handshakeTimeout: 5_000 }, {}, access);
  const client = await world.connect("a");
  await world.pass(5_000);
  assert(client.peer.writeClosed);
  await access.connected();
  assert.deepEqual(client.names(), []);
  assert.equal(world.sessions, 0);
  assert.equal(
    world.listener().handshakes.refusal("10.0.0.7:1", { ...world.options, maxHandshaking: 1 }),
    undefined,
  );
});

Deno.test("an end of the broker while a CONNECT waits leaves nothing behind", async () => {
  const access = new Waiting("connect");
  const world = new World({}, {}, access);
  await world.connect("a");
  await world.stop();
  await access.connected();
  assert.equal(world.sessions, 0);
  await world[Symbol.asyncDispose]();
});

Deno.test("max_connections holds for those that waited together", async () => {
  const access = new Waiting("connect");
  await using world = new World({ maxConnections: 1 }, {}, access);
  const [a, b] = [await world.connect("a"), await world.connect("b")];
  await access.connected();
  await access.connected();
  const codes = [a, b].map((client) => client.take().map((p) => p.cmd === "connack" ? p.returnCode : p.cmd));
  assert.deepEqual(codes, [[0], [3]]);
});

Deno.test("one client that waits twice at once is connected once: the second takes over", async () => {
  const access = new Waiting("connect");
  await using world = new World({}, {}, access);
  const [first, second] = [await world.connect("a"), await world.connect("a")];
  await access.connected();
  await access.connected();
  assert.deepEqual([first.names(), second.names()], [["connack"], ["connack"]]);
  assert(first.peer.writeClosed && !second.peer.writeClosed);
});

Deno.test("a PUBLISH that must wait keeps its payload and its place, and holds nobody else", async () => {
  const access = new Waiting("permission");
  await using world = new World({}, {}, access);
  const other = await world.connect("other");
  await other.subscribe("#", 0);
  const client = await world.connect("a");
  client.take();
  other.take();
  client.send(publish("one", "first", 1, 1));
  client.send({ cmd: "pingreq" });
  client.send(publish("two", "second", 1, 2));
  await settled();
  assert.deepEqual(client.names(), []);
  assert.deepEqual((await other.sent({ cmd: "pingreq" })).map(({ cmd }) => cmd), ["pingresp"]);
  await access.permitted("one", true);
  assert.deepEqual(client.names(), ["puback 1", "pingresp"]);
  await access.permitted("two", false);
  assert.deepEqual(client.names(), ["puback 2"]);
  const got = other.take().map((p) => p.cmd === "publish" ? `${p.topic} ${p.payload}` : p.cmd);
  assert.deepEqual(got, ["one first"]);
  assert.deepEqual(world.lines("message_dropped").map((line) => line["reason"]), ["NotAuthorized"]);
});

Deno.test("a SUBSCRIBE that must wait grants each filter as it is decided, and answers them together", async () => {
  const access = new Waiting("permission");
  await using world = new World({}, {}, access);
  const client = await world.connect("a");
  client.take();
  const topics = ["a", "b", "c"].map((topic) => ({ topic, qos: 1 as const }));
  client.send({ cmd: "subscribe", messageId: 7, subscriptions: topics });
  await settled();
  await access.permitted("a", true);
  await access.permitted("b", new Error("no answer"));
  assert.deepEqual(client.names(), []);
  await access.permitted("c", true);
  const [suback] = client.take();
  assert(suback?.cmd === "suback");
  assert.deepEqual(suback.granted, [1, 0x80, 1]);
  assert.match(world.log.splice(0).join(), /could not be decided.*no answer/);
  assert.deepEqual(world.lines("session_subscribed").map((line) => line["topic"]), ["a", "c"]);
});

Deno.test("a client that is gone when its PUBLISH is decided has published nothing", async () => {
  const access = new Waiting("permission");
  await using world = new World({}, {}, access);
  const client = await world.connect("a");
  await client.sent(publish("t", "x", 1, 1));
  await world.connect("a");
  await access.permitted("t", true);
  assert.deepEqual(world.lines("message_publish"), []);
  assert.deepEqual(client.names(), []);
});
