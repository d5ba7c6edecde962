// SIGHUP: another configuration takes effect as a whole or not at all, and clients notice nothing.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { freePort } from "../helpers/free_port.ts";
import { Endpoint } from "../helpers/http_endpoint.ts";
import { Hookline, type LogEntry } from "../helpers/hookline.ts";
import { SocketClient } from "../helpers/socket_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

const LISTENER = `listener.tcp.default.addr = "127.0.0.1:0"\n`;
const TO = (file: string): string => `urls = ["file:./${file}"]\nrule.message_publish = [{}]\n`;

/** Replaces the files that are given, sends SIGHUP and waits for the outcome; returns what was logged since. */
async function reload(broker: Hookline, files: { config?: string; hooks?: string }): Promise<LogEntry[]> {
  const { cwd } = broker.options;
  if (files.config !== undefined) await Deno.writeTextFile(`${cwd}/hookline.toml`, files.config);
  if (files.hooks !== undefined) await Deno.writeTextFile(`${cwd}/hooks.toml`, files.hooks);
  return await broker.reload();
}

async function publish(client: SocketClient, payload: string, messageId = 1): Promise<void> {
  const packet = {
    cmd: "publish",
    topic: "t",
    payload,
    qos: 1,
    messageId,
    dup: false,
    retain: false,
  } as const;
  await client.send(packet);
  await client.expect("puback");
}

async function payloads(broker: Hookline, file: string): Promise<string> {
  const events = await broker.events(file);
  return events.filter((e) => e["action"] !== "client_connected").map((e) => atob(String(e["payload"])))
    .join();
}

Deno.test("rules and URLs of the new file hold from the next message on, on the same connection", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path, config: LISTENER, hooks: TO("a.log") });
  const { client } = await SocketClient.connect(broker.port, 4, { clientId: "p" });
  await using _ = client;
  await publish(client, "one");
  const said = await reload(broker, {
    hooks:
      `urls = ["file:./b.log"]\nrule.message_publish = [{ action = "new" }]\nrule.client_connected = [{}]\n`,
  });
  await publish(client, "two");
  const { client: other } = await SocketClient.connect(broker.port, 4, { clientId: "q" });
  await other[Symbol.asyncDispose]();
  equal(await payloads(broker, "a.log"), "one");
  deepEqual((await broker.events("b.log")).map((e) => e["action"]), ["new", "client_connected"]);
  ok(said.some(({ msg }) => /^events go to file:.*b\.log$/.test(msg)));
  ok(said.some(({ msg }) => /^events no longer go to file:.*a\.log$/.test(msg)));
  equal(said.at(-1)?.msg, "configuration reloaded");
});

Deno.test("no line is lost or doubled while the rules change to and fro under load", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path, config: LISTENER, hooks: TO("a.log") });
  const { client } = await SocketClient.connect(broker.port, 4, { clientId: "p" });
  await using _ = client;
  let sent = 0;
  for (let round = 0; round < 10; round++) {
    const reloaded = reload(broker, { hooks: TO(round % 2 === 0 ? "b.log" : "a.log") });
    for (let i = 0; i < 50; i++, sent++) await publish(client, String(sent), sent % 60_000 + 1);
    await reloaded;
  }
  const lines = `${await payloads(broker, "a.log")},${await payloads(broker, "b.log")}`.split(",").map(
    Number,
  );
  deepEqual(lines.sort((a, b) => a - b), Array.from({ length: sent }, (_, i) => i));
});

Deno.test("a file with errors changes nothing, logs every error, and no client notices", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path, config: LISTENER, hooks: TO("a.log") });
  const { client } = await SocketClient.connect(broker.port, 4, { clientId: "p" });
  await using _ = client;
  const said = await reload(broker, {
    config: `${LISTENER}listener.tcp.default.max_inflght = 3\n`,
    hooks: `urls = ["file:./b.log"]\nrule.message_publish = [{ topics = ["a/#/b"] }]\n`,
  });
  const errors = said.filter(({ level }) => level === "error").map(({ msg }) => msg);
  match(errors[0] ?? "", /^hookline\.toml:2: .*max_inflght.*did you mean "max_inflight"/);
  match(errors[1] ?? "", /^hooks\.toml:2: .*a\/#\/b/);
  match(errors[2] ?? "", /stays as it was/);
  equal(errors.length, 3);
  await publish(client, "still");
  equal(await payloads(broker, "a.log"), "still");
  await reload(broker, { config: LISTENER, hooks: TO("b.log") });
  await publish(client, "healed");
  equal(await payloads(broker, "b.log"), "healed");
});

Deno.test("a hooks file that was there and is missing is an error like a missing hookline.toml", async () => {
  await using dir = await tempDir();
  await Deno.mkdir(`${dir.path}/plugins`);
  const hooks = `${dir.path}/plugins/rmqtt-web-hook.toml`;
  // None at first: the default serves, and a reload goes on with it.
  await using broker = await Hookline.start({
    cwd: dir.path,
    config: `${LISTENER}plugins.dir = "plugins"\n`,
  });
  equal((await reload(broker, {})).at(-1)?.msg, "configuration reloaded");
  await Deno.writeTextFile(hooks, TO("a.log"));
  await reload(broker, {});
  await Deno.remove(hooks);
  const errors = (await reload(broker, {})).filter(({ level }) => level === "error").map(({ msg }) => msg);
  match(errors[0] ?? "", /plugins\/rmqtt-web-hook\.toml: does not exist any more/);
  match(errors[1] ?? "", /stays as it was/);
  const { client } = await SocketClient.connect(broker.port, 4, { clientId: "p" });
  await using _ = client;
  await publish(client, "still");
  equal(await payloads(broker, "a.log"), "still");
  await Deno.writeTextFile(hooks, TO("b.log"));
  equal((await reload(broker, {})).at(-1)?.msg, "configuration reloaded");
});

Deno.test("new limits hold for new connections, and those that are there count", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path, config: LISTENER, hooks: TO("a.log") });
  const { client } = await SocketClient.connect(broker.port, 4, { clientId: "first" });
  await using _ = client;
  await reload(broker, {
    config: `${LISTENER}listener.tcp.default.max_connections = 1\nlistener.tcp.default.max_qos_allowed = 1\n`,
  });
  const refused = await SocketClient.connect(broker.port, 5, { clientId: "second" });
  await refused.client[Symbol.asyncDispose]();
  equal(refused.connack.reasonCode, 0x88, "one client is connected already: Server unavailable");
  await reload(broker, {
    config: `${LISTENER}listener.tcp.default.max_connections = 2\nlistener.tcp.default.max_qos_allowed = 1\n`,
  });
  const accepted = await SocketClient.connect(broker.port, 5, { clientId: "third" });
  equal(accepted.connack.properties?.maximumQoS, 1);
  await accepted.client[Symbol.asyncDispose]();
  await publish(client, "the first is still served");
});

Deno.test("listeners are opened, moved and closed; connections stay", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path, config: LISTENER, hooks: TO("a.log") });
  const { client } = await SocketClient.connect(broker.port, 4, { clientId: "p" });
  await using _ = client;
  const free = freePort();
  const loopback = `listener.tcp.more.addr = "127.0.0.1:${free}"\n`;
  await reload(broker, { config: LISTENER + loopback });
  await (await SocketClient.connect(free, 4, { clientId: "q" })).client[Symbol.asyncDispose]();
  // The wildcard overlaps the old address; 127.0.0.2 answers only then.
  const said = await reload(broker, {
    config: `listener.tcp.more = { addr = "0.0.0.0:${free}", allow_anonymous = true }\n`,
  });
  equal(said.filter(({ msg }) => msg.startsWith("no longer listening on")).length, 2);
  using conn = await Deno.connect({ hostname: "127.0.0.2", port: free });
  equal((conn.remoteAddr as Deno.NetAddr).port, free);
  await publish(client, "by a listener that is gone");
  equal(await payloads(broker, "a.log"), "by a listener that is gone");
});

Deno.test("an address that cannot be had leaves the listeners as they were", async () => {
  await using dir = await tempDir();
  const port = freePort();
  const config = `listener.tcp.mine.addr = "127.0.0.1:${port}"\n`;
  await using broker = await Hookline.start({ cwd: dir.path, config, hooks: TO("a.log") });
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  // The wildcard overlaps, so the old listener is closed for the try and must come back.
  const said = await reload(broker, {
    config: `listener.tcp.mine = { addr = "0.0.0.0:${port}", allow_anonymous = true }\n` +
      `listener.tcp.no.addr = "127.0.0.1:${taken.addr.port}"\n`,
    hooks: TO("b.log"),
  });
  ok(
    said.some(({ level, msg }) =>
      level === "error" && msg.includes(`127.0.0.1:${taken.addr.port}: the address is in use`)
    ),
  );
  const { client } = await SocketClient.connect(port, 4, { clientId: "p" });
  await using _ = client;
  await publish(client, "as before");
  equal(await payloads(broker, "a.log"), "as before");
});

Deno.test("file options of an open sink change in place", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path, config: LISTENER, hooks: TO("a.log") });
  const { client } = await SocketClient.connect(broker.port, 4, { clientId: "p" });
  await using _ = client;
  for (let i = 1; i <= 9; i++) await publish(client, `${i}`, i);
  const said = await reload(broker, { hooks: `file_max_size = "1KB"\n${TO("a.log")}` });
  ok(!said.some(({ level }) => level === "warn" || level === "error"));
  await publish(client, "10");
  equal(await payloads(broker, "a.log"), "10");
  equal(await payloads(broker, "a.log.1"), "1,2,3,4,5,6,7,8,9");
});

Deno.test("a new header of an open HTTP endpoint is sent from the next request on; what needs a restart is named", async () => {
  await using dir = await tempDir();
  await using endpoint = await Endpoint.start();
  const hooks = (token: string, more = ""): string =>
    `urls = [{ url = "${endpoint.url}", headers = { authorization = "Bearer ${token}" } }]\n${more}` +
    `rule.message_publish = [{}]\n`;
  await using broker = await Hookline.start({ cwd: dir.path, config: LISTENER, hooks: hooks("old") });
  const { client } = await SocketClient.connect(broker.port, 4, { clientId: "p" });
  await using _ = client;
  await publish(client, "1", 1);
  await until(() => endpoint.requests.length === 1, "the first event arrives");
  const quiet = await reload(broker, { hooks: hooks("new") });
  ok(!quiet.some(({ level }) => level === "warn" || level === "error"));
  await publish(client, "2", 2);
  await until(() => endpoint.requests.length === 2, "the second event arrives");
  deepEqual(endpoint.requests.map(({ headers }) => headers.authorization), ["Bearer old", "Bearer new"]);
  const said = await reload(broker, { hooks: hooks("new", 'http_order = "client"\n') });
  const warnings = said.filter(({ level }) => level === "warn").map(({ msg }) => msg);
  equal(warnings.length, 1);
  match(warnings[0] ?? "", /hook: its new http_order take effect after a restart/);
});

Deno.test("log.level changes with a reload", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path, config: LISTENER, hooks: TO("one.log") });
  const { client } = await SocketClient.connect(broker.port, 4, { clientId: "p" });
  await using _ = client;
  await reload(broker, { config: `${LISTENER}node.id = 7\n` });
  const before = broker.log.length;
  ok(broker.log.some(({ msg }) => msg === "node.id stays 1 until a restart"));
  await Deno.writeTextFile(`${dir.path}/hookline.toml`, `${LISTENER}log.level = "off"\n`);
  await Deno.writeTextFile(`${dir.path}/hooks.toml`, TO("two.log"));
  broker.signal("SIGHUP");
  await until(async () => {
    await publish(client, "x");
    return (await broker.events("two.log")).length > 0;
  }, "the reload is over");
  equal((await broker.stop()).code, 0);
  deepEqual(broker.log.slice(before).map(({ msg }) => msg), ["files reopened"]);
});
