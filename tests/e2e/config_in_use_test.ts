// What the started program makes of its configuration: limits of 0, the hint at the start, and starts that it refuses.
import { equal, match, ok } from "node:assert/strict";
import { Hookline, hooklineCommand } from "../helpers/hookline.ts";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { SocketClient } from "../helpers/socket_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

Deno.test("a limit of 0 is none: connections, handshakes, Client Identifiers, messages that wait", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({
    cwd: dir.path,
    config: `[listener.tcp.a]
addr = "127.0.0.1:0"
max_connections = 0
max_handshaking_limit = 0
max_clientid_len = 0
max_mqueue_len = 0
`,
  });
  const away = { clientId: "a".repeat(65_535), clean: false, properties: { sessionExpiryInterval: 60 } };
  {
    await using sleeper = await MqttClient.connect(broker.url, 5, away);
    await sleeper.subscribe("t", { qos: 1 });
  }
  await using _silent = await SocketClient.open(broker.port);
  await using sender = await MqttClient.connect(broker.url, 5, { clientId: "sender" });
  for (const payload of ["1", "2", "3"]) await sender.publish("t", payload, { qos: 1 });
  await using back = await MqttClient.connect(broker.url, 5, away);
  for (const payload of ["1", "2", "3"]) {
    equal(String((await back.messages.take()).payload), payload);
  }
});

Deno.test("the hint how to open it to others names the file and the listener that are in use", async () => {
  await using dir = await tempDir();
  const config = 'listener.tcp."gate.1".addr = "127.0.0.1:0"\n';
  await using broker = await Hookline.start({ cwd: dir.path, config });
  const says = 'only this machine can connect; to open it to others, set listener.tcp."gate.1".addr = ' +
    '"0.0.0.0:0" in hookline.toml';
  await until(() => broker.log.some(({ msg }) => msg === says), "it says so");
});

/** What RMQTT starts with and Hookline must not. */
const REFUSED: readonly (readonly [what: string, config: string, message: RegExp])[] = [
  [
    "QUIC listeners alone, rather than listen where nobody asked for",
    'listener.quic.external.addr = "0.0.0.0:8883"\n',
    /listener: has no listener that is served/,
  ],
  [
    "a listener that others reach and that nobody guards",
    'listener.tcp.external.addr = "0.0.0.0:0"\n',
    /others reach 0\.0\.0\.0:0, and nothing authenticates clients/,
  ],
  [
    "a plugin that protects and whose file is not there",
    'plugins.default_startups = ["rmqtt-acl"]\nlistener.tcp.external.addr = "127.0.0.1:0"\n',
    /rmqtt-acl\.toml: does not exist/,
  ],
];

for (const [what, config, message] of REFUSED) {
  Deno.test(`the start is refused with ${what}`, async () => {
    await using dir = await tempDir();
    await Deno.writeTextFile(`${dir.path}/hookline.toml`, config);
    const { command, args } = hooklineCommand(["run", "--config", "hookline.toml"]);
    const { code, stderr } = await new Deno.Command(command, {
      args,
      cwd: dir.path,
      // One that starts after all would run for ever.
      signal: AbortSignal.timeout(20_000),
    }).output();
    equal(code, 78);
    match(new TextDecoder().decode(stderr), message);
  });
}

Deno.test("the log says that nobody gets in where allow_anonymous is false", async () => {
  await using dir = await tempDir();
  const config = '[listener.tcp.a]\naddr = "127.0.0.1:0"\nallow_anonymous = false\n';
  await using broker = await Hookline.start({ cwd: dir.path, config });
  ok(broker.log.some(({ level, msg }) => level === "warn" && msg.includes("locks every client out")));
});
