// The end of the broker: clients are told, the file is whole, the exit code says how it went.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Hookline, hooklineCommand } from "../helpers/hookline.ts";
import { SocketClient } from "../helpers/socket_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";
import { Endpoint } from "../helpers/http_endpoint.ts";

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`${signal} tells the clients, ends their sessions and exits with 0`, async () => {
    await using dir = await tempDir();
    await using broker = await Hookline.start({ cwd: dir.path });
    const { client: five } = await SocketClient.connect(broker.port, 5, { clientId: "five" });
    const { client: four } = await SocketClient.connect(broker.port, 4, { clientId: "four" });
    await using _five = five;
    await using _four = four;
    broker.signal(signal);
    equal((await five.expect("disconnect")).reasonCode, 0x8b);
    await five.expectEnd();
    await four.expectEnd();
    await five[Symbol.asyncDispose]();
    await four[Symbol.asyncDispose]();
    equal((await broker.end()).code, 0);
    for (const clientid of ["five", "four"]) {
      const mine = (await broker.events()).filter((e) => e["clientid"] === clientid);
      const last = mine.slice(-2).map((e) => [e["action"], e["reason"]].join(" "));
      equal(last.join(", "), "client_disconnected ServerShuttingDown, session_terminated ServerShuttingDown");
    }
  });
}

const IN_MEMORY = 'store.path = "memory"\nlistener.tcp.default.addr = "127.0.0.1:0"\n';

Deno.test("what waits for an absent client at the end is told as lost where it is in memory only", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path, config: IN_MEMORY });
  await leaveWaiting(broker);
  equal((await broker.stop()).code, 0);
  const absent = (await broker.events()).filter((e) => e["clientid"] === "absent");
  const last = absent.slice(-3).map((e) => [e["action"], e["reason"]].filter(Boolean).join(" "));
  equal(
    last.join(", "),
    "offline_message, message_dropped ServerShuttingDown, session_terminated ServerShuttingDown",
  );
  deepEqual([...Deno.readDirSync(dir.path)].filter(({ name }) => name.startsWith("hookline.db")), []);
});

Deno.test("what waits for an absent client is there after a stop and after a SIGKILL", async () => {
  await using dir = await tempDir();
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    await using broker = await Hookline.start({ cwd: dir.path });
    await leaveWaiting(broker);
    await broker.stop(signal);
    await using again = await Hookline.start({ cwd: dir.path });
    const { client, connack } = await SocketClient.connect(again.port, 4, {
      clientId: "absent",
      clean: false,
    });
    await using _ = client;
    equal(connack.sessionPresent, true);
    const { payload, messageId } = await client.expect("publish");
    equal(String(payload), "x");
    await client.send({ cmd: "puback", messageId: messageId ?? 0 });
    await again.event(
      (e) => e["action"] === "message_acked" && e["clientid"] === "absent",
      "it is acknowledged",
    );
  }
  equal((Deno.statSync(`${dir.path}/hookline.db`).mode ?? 0) & 0o777, 0o600);
});

/** A message for a client that was here and is away. */
async function leaveWaiting(broker: Hookline): Promise<void> {
  {
    const { client } = await SocketClient.connect(broker.port, 4, { clientId: "absent", clean: false });
    await using _ = client;
    await client.send({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: [{ topic: "wait/#", qos: 1 }],
    });
    await client.expect("suback");
  }
  await until(
    async () =>
      (await broker.events()).findLast((e) => e["clientid"] === "absent")?.["action"] ===
        "client_disconnected",
    "the client is away",
  );
  const { client } = await SocketClient.connect(broker.port, 4, { clientId: "publisher" });
  await using _client = client;
  await client.send({
    cmd: "publish",
    topic: "wait/1",
    payload: "x",
    qos: 1,
    messageId: 7,
    dup: false,
    retain: false,
  });
  await client.expect("puback");
}

Deno.test("a second signal ends it at once with 2", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path });
  // It never closes its side, so the first signal waits for it.
  const { client } = await SocketClient.connect(broker.port, 4, { clientId: "stays" });
  await using _ = client;
  broker.signal("SIGTERM");
  await client.expectEnd();
  equal((await broker.stop("SIGTERM")).code, 2);
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`a second ${signal} ends it at once with 2 while an HTTP sink waits for its endpoint; it is not stopped before`, async () => {
    await using dir = await tempDir();
    await using endpoint = await Endpoint.start();
    const answer = Promise.withResolvers<void>();
    endpoint.behave = () => answer.promise.then(() => ({ status: 200 }));
    const hooks = `urls = ["${endpoint.url}"]\nrule.client_connected = [{}]\n`;
    await using broker = await Hookline.start({ cwd: dir.path, hooks });
    const { client } = await SocketClient.connect(broker.port, 4, { clientId: "c" });
    await client[Symbol.asyncDispose]();
    await until(() => endpoint.requests.length > 0, "the endpoint is asked");
    broker.signal(signal);
    await until(() => broker.log.some(({ msg }) => msg.startsWith("stopping")), "it stops");
    await until(async () => !(await isOpen(broker.port)), "it accepts no more");
    equal((await broker.stop(signal)).code, 2);
    ok(!broker.log.some(({ msg }) => msg === "stopped"), "it was not stopped yet");
    answer.resolve();
  });
}

Deno.test("an address in use ends it with 1 and says which", async () => {
  await using dir = await tempDir();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await Deno.writeTextFile(
    `${dir.path}/hookline.toml`,
    `listener.tcp.mine.addr = "127.0.0.1:${taken.addr.port}"\n`,
  );
  const { command, args } = hooklineCommand(["run", "--config", "hookline.toml"]);
  const { code, stderr } = await new Deno.Command(command, { args, cwd: dir.path }).output();
  equal(code, 1);
  match(
    new TextDecoder().decode(stderr),
    new RegExp(`cannot listen on 127.0.0.1:${taken.addr.port}: the address is in use`),
  );
});

Deno.test("the log says where it listens, where the events go, and how to open it to others", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path });
  await until(() => broker.log.some((e) => e.msg.includes("only this machine can connect")), "it says so");
  ok(broker.log.some((e) => e.msg === `listening on 127.0.0.1:${broker.port}`));
  ok(broker.log.some((e) => e.msg.startsWith("events go to file://")));
});

async function isOpen(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    // Refused: nobody listens.
    return false;
  }
}
