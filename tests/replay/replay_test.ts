// `hookline replay` against the started broker: what is in a log comes again, as it was.
import assert from "node:assert/strict";
import { createServer, type TlsOptions } from "node:tls";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { makeHash } from "../../src/access/password_hash.ts";
import { canMakeCertificates, makeCertificates } from "../helpers/certificates.ts";
import { Hookline, hooklineCommand } from "../helpers/hookline.ts";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";
import { inProcess, type MemoryIoOptions, type Outcome } from "../cli/_io.ts";

const RMQTT = fileURLToPath(new URL("../rmqtt/recorded_lines.txt", import.meta.url));

/** A line of a log, as Hookline writes it. */
function line(keys: Readonly<Record<string, unknown>>): string {
  return `${
    JSON.stringify({
      action: "message_publish",
      from_clientid: "c",
      retain: false,
      qos: 1,
      topic: "t",
      payload: "aGk=",
      ts: 1_795_494_582_475,
      ...keys,
    })
  }\n`;
}

interface Played extends Outcome {
  /** message_publish of the broker it was played to, in their order. */
  readonly messages: readonly Readonly<Record<string, unknown>>[];
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

/** Plays `log` to a broker of its own. `$TO` in the arguments is where that is. */
async function play(
  log: string,
  args: readonly string[],
  config?: string,
  io: MemoryIoOptions = {},
): Promise<Played> {
  await using dir = await tempDir();
  await Deno.writeTextFile(`${dir.path}/played.log`, log);
  await using hookline = await Hookline.start({ cwd: dir.path, ...(config !== undefined && { config }) });
  const all = args.map((arg) => arg.replace("$TO", `127.0.0.1:${hookline.port}`));
  const to = all.includes("--to") ? [] : ["--to", hookline.url];
  const outcome = await inProcess(["replay", "played.log", ...to, ...all], { ...io, cwd: dir.path });
  const count = async (event: string): Promise<number> =>
    (await hookline.events()).filter(({ action }) => action === event).length;
  await until(
    async () => await count("client_connected") === await count("client_disconnected"),
    "it has disconnected",
  );
  await hookline.stop();
  const events = await hookline.events();
  return { ...outcome, events, messages: events.filter(({ action }) => action === "message_publish") };
}

const what = (event: Readonly<Record<string, unknown>>): unknown[] =>
  ["topic", "payload", "qos", "retain"].map((key) => event[key]);

Deno.test("what one Hookline logged comes to another as the same messages of the same clients", async () => {
  await using dir = await tempDir();
  {
    await using first = await Hookline.start({ cwd: dir.path });
    await using a = await MqttClient.connect(first.url, 5, { clientId: "a" });
    await using b = await MqttClient.connect(first.url, 4, { clientId: "b", username: "u" });
    await a.subscribe("#", { qos: 2 });
    for (let i = 0; i < 30; i++) {
      await (i % 2 === 0 ? a : b).publish(`room/${i % 5}`, `{"temp":${i}}`, {
        qos: (i % 3) as 0 | 1 | 2,
        retain: i % 7 === 0,
      });
    }
    await b.publish("ü", "\0ü\n", { qos: 1 });
  }
  await using other = await tempDir();
  await using second = await Hookline.start({ cwd: other.path });
  const { code, stdout, stderr } = await inProcess(
    ["replay", "hook.log", "--to", second.url, "--clients", "--speed", "max"],
    { cwd: dir.path },
  );
  assert.equal(stderr, "");
  assert.match(
    stdout,
    /^sent 31 in \d+\.\d s \(\d+\/s\) on 2 connections, acknowledged 21 of 21 with QoS 1 or 2, refused 0/,
  );
  assert.equal(code, 0);
  const sql =
    "SELECT from_clientid, topic, payload, qos, retain FROM message_publish ORDER BY from_clientid, id";
  const [first, again] = await Promise.all(
    [dir, other].map(({ path }) => inProcess(["query", "--csv", sql], { cwd: path })),
  );
  assert.equal(first?.stdout.match(/\n/g)?.length, 32);
  assert.equal(again?.stdout, first?.stdout);
});

Deno.test("RMQTT's lines are played too, and their Retained Messages stay", async () => {
  const log = (await Deno.readTextFile(RMQTT)).split("\n").filter((text) => text.startsWith("{")).join("\n");
  const own = log.split("\n").map((text) => JSON.parse(text)).filter(({ action }) =>
    action === "message_publish"
  );
  assert.ok(own.some(({ packet_id }) => packet_id === null));
  // What RMQTT takes and the standard forbids is no message.
  const sound = own.filter(({ topic }) => !topic.includes("\0"));
  const { code, messages, stderr } = await play(log, ["--speed", "max"]);
  assert.deepEqual(messages.map(what), sound.map(what));
  assert.deepEqual([code, stderr], [0, ""]);
});

Deno.test("options choose and change what comes; what is no message is counted", async () => {
  const log = line({ topic: "room/a", payload: btoa("1") }) + "no event\n" +
    line({ topic: "room/b", from_clientid: "other", payload: btoa("2") }) +
    line({ topic: "else", payload: btoa("3") }) +
    line({ action: "sensor", topic: "room/c", payload: btoa("4") }).replace("sensor", "s\\u0065nsor") +
    line({ action: "other", payload: null }) + '{"action":"oth\n' +
    line({ topic: "room/#" }) + line({ topic: "room/x", qos: 3 }) + line({ topic: "room/x", payload: "?" }) +
    line({ topic: "room/x", payload: null }) + line({ from_clientid: "c\0" }) +
    line({ from_clientid: "é".repeat(33_000) }) + line({ topic: "t".repeat(65_536) }) +
    line({ topic: "room/z", payload: btoa("5") }).trimEnd() +
    '\n{"action":"message_publish","topic":"room/cut';
  const payloads = async (...args: string[]): Promise<[string[], string]> => {
    const { messages, stdout } = await play(log, ["--speed", "max", "--prefix", "again/", ...args]);
    return [messages.map(({ topic, payload }) => `${topic} ${atob(String(payload))}`), stdout];
  };
  const [all, summary] = await payloads();
  assert.deepEqual(all, ["again/room/a 1", "again/room/b 2", "again/else 3", "again/room/z 5"]);
  assert.match(summary, /skipped 9 \(no message\)\n$/);
  assert.deepEqual((await payloads("--topic", "room/+", "--client", "c", "--loop", "2"))[0], [
    "again/room/a 1",
    "again/room/z 5",
    "again/room/a 1",
    "again/room/z 5",
  ]);
  assert.deepEqual((await payloads("--topic", "nowhere", "--loop", "0"))[0], []);
  assert.deepEqual((await payloads("--event", "sensor", "--protocol", "3.1.1"))[0], ["again/room/c 4"]);
});

Deno.test("generations are played from the oldest on, a stream as it comes", async () => {
  await using dir = await tempDir();
  await using hookline = await Hookline.start({ cwd: dir.path });
  const path = `${dir.path}/old.log`;
  const gzip = new Blob([line({ topic: "0" })]).stream().pipeThrough(new CompressionStream("gzip"));
  await Deno.writeFile(`${path}.2.gz`, gzip);
  await Deno.writeTextFile(`${path}.1`, line({ topic: "1" }));
  await Deno.writeTextFile(path, line({ topic: "2" }));
  assert.equal((await inProcess(["replay", path, "--to", hookline.url], { cwd: dir.path })).code, 0);
  const { command, args } = hooklineCommand(["replay", "-", "--to", hookline.url]);
  const child = new Deno.Command(command, { args, stdin: "piped", stdout: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(line({ topic: "3" })));
  // It comes before the stream ends.
  await hookline.event(({ topic }) => topic === "3", "the stream's message");
  await writer.write(new TextEncoder().encode(line({ topic: "4" })));
  await writer.close();
  const { code, stdout } = await child.output();
  assert.deepEqual([code, new TextDecoder().decode(stdout).slice(0, 6)], [0, "sent 2"]);
  const topics = (await hookline.events()).filter(({ action }) => action === "message_publish").map((e) =>
    e["topic"]
  );
  assert.deepEqual(topics, ["0", "1", "2", "3", "4"]);
});

Deno.test("with --clients the one unused longest makes room, and loses nothing", async () => {
  const log = Array.from({ length: 40 }, (_, i) => line({ from_clientid: `c${i % 5}`, qos: i % 3 })).join("");
  const { code, stdout, messages, events } = await play(log, [
    "--clients",
    "--connections",
    "3",
    "--speed",
    "max",
  ]);
  assert.deepEqual([code, messages.length], [0, 40]);
  assert.match(stdout, /^sent 40 .* on 40 connections, acknowledged 26 of 26 /);
  let [open, most] = [0, 0];
  for (const { action } of events) {
    if (action === "client_connected") most = Math.max(most, ++open);
    if (action === "client_disconnected") open--;
  }
  assert.ok(most <= 4, `${most} at once`); // the line of an end may come after the next one's beginning
  const ends = events.filter(({ action }) => action === "client_disconnected");
  assert.deepEqual([...new Set(ends.map(({ reason }) => reason))], ["Disconnect"]);
});

Deno.test("user and password let it in, and are never shown", async () => {
  await using dir = await tempDir();
  await Deno.writeTextFile(`${dir.path}/played.log`, line({}));
  await Deno.writeTextFile(`${dir.path}/password`, "open sesame\n");
  await Deno.writeTextFile(
    `${dir.path}/users`,
    `alice:${await makeHash(new TextEncoder().encode("open sesame"))}\n`,
    { mode: 0o600 },
  );
  const config = 'listener.tcp.default.addr = "127.0.0.1:0"\nauth.password_file = "users"\n';
  await using hookline = await Hookline.start({ cwd: dir.path, config });
  const replay = (user: string, ...args: string[]): Promise<Outcome> =>
    inProcess(["replay", "played.log", "--to", `mqtt://${user}127.0.0.1:${hookline.port}`, ...args], {
      cwd: dir.path,
    });
  assert.equal((await replay("alice:open%20sesame@")).code, 0);
  assert.equal((await replay("alice@", "--password-file", "password")).code, 0);
  for (const user of ["", "alice@", "alice:hunter2@"]) {
    const { code, stdout, stderr } = await replay(user);
    assert.equal(code, 1);
    assert.match(stdout, /^sent 0 /);
    assert.match(stderr, /the broker refuses: 0x8[67] \w+\.\n$/);
    assert.ok(!(stdout + stderr).includes("hunter2"));
  }
});

Deno.test({
  name: "mqtts takes a private CA and a client certificate",
  ignore: !(await canMakeCertificates()),
  fn: async () => {
    await using dir = await tempDir();
    const files = await makeCertificates(dir.path);
    await Deno.writeTextFile(`${dir.path}/played.log`, line({}));
    await using hookline = await Hookline.start({ cwd: dir.path });
    const [cert, key, ca] = [files.serverCert, files.serverKey, files.ca].map((path) =>
      Deno.readTextFileSync(path)
    );
    const server = createServer(
      { cert, key, ca, requestCert: true, rejectUnauthorized: true } as TlsOptions,
      (socket) => {
        const broker = connect(hookline.port, "127.0.0.1");
        socket.on("error", () => broker.destroy());
        broker.on("error", () => socket.destroy());
        socket.pipe(broker).pipe(socket);
      },
    );
    server.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const address = server.address();
      const port = typeof address === "object" ? address?.port : undefined;
      const replay = (...args: string[]): Promise<Outcome> =>
        inProcess(["replay", "played.log", "--to", `mqtts://127.0.0.1:${port}`, ...args], { cwd: dir.path });
      const known = ["--ca-file", "ca.pem"];
      const both = await replay(...known, "--cert-file", "client.pem", "--key-file", "client.key");
      assert.deepEqual([both.stderr, both.code], ["", 0]);
      assert.match(both.stdout, /^sent 1 .* acknowledged 1 of 1 /);
      const stranger = await replay();
      assert.equal(stranger.code, 1);
      assert.match(stranger.stderr, /127\.0\.0\.1:\d+ cannot be reached: .*certificate/i);
      assert.equal((await replay(...known)).code, 1);
      assert.match((await replay("--ca-file", "none.pem")).stderr, /none\.pem cannot be read/);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  },
});

Deno.test("Ctrl-C ends it with what was sent until then", async () => {
  await using dir = await tempDir();
  await Deno.writeTextFile(
    `${dir.path}/played.log`,
    line({ topic: "first", ts: 0 }) + line({ ts: 3_600_000 }),
  );
  await using hookline = await Hookline.start({ cwd: dir.path });
  const { command, args } = hooklineCommand(["replay", "played.log", "--to", hookline.url]);
  const child = new Deno.Command(command, { args, cwd: dir.path, stdout: "piped" }).spawn();
  await hookline.event(({ topic }) => topic === "first", "the first message");
  child.kill("SIGINT");
  const { code, stdout } = await child.output();
  assert.equal(code, 1);
  assert.match(new TextDecoder().decode(stdout), /^sent 1 .* acknowledged 1 of 1 .*, stopped by a signal\n$/);
});

Deno.test("the progress is on stderr where that is a terminal, and nowhere else", async () => {
  const log = line({ ts: 0 }) + line({ ts: 600 });
  const shown = await play(log, [], undefined, { errIsTerminal: true });
  // deno-lint-ignore no-control-regex -- what steers the terminal is what is looked for
  assert.match(shown.stderr, /\r\[[█░]{20}\] +\d+ % {2}1 sent, \d+\/s, 0\.\d s late\x1b\[K.*\r\x1b\[K$/s);
  assert.equal((await play(log, [])).stderr, "");
});

for (
  const [args, code, why] of [
    [[], 64, /Missing FILE/],
    [["x"], 64, /Where to\? Usage: hookline replay FILE/],
    [["x", "--to", "http://user:hunter2@host"], 64, /--to is no URL of a broker; write it as mqtt:\/\/HOST/],
    [["x", "--to", "mqtt://host/topic"], 64, /--to is no URL/],
    [["x", "--to", "mqtt://host", "--speed", "0"], 64, /--speed cannot be "0"; allowed: a number above 0/],
    [["x", "--to", "mqtt://host", "--prefix", "a/#"], 64, /--prefix cannot be "a\/#": .*wildcard/],
    [["x", "--to", "mqtt://host", "--password-file", "p"], 64, /needs a user/],
    [["x", "-", "--to", "mqtt://host"], 64, /stands alone/],
    [["-", "--loop", "2", "--to", "mqtt://host"], 64, /only once/],
    [["none.log", "--to", "mqtt://127.0.0.1:9"], 1, /none\.log does not exist/],
    [["played.log", "--to", "mqtt://127.0.0.1:9"], 1, /127\.0\.0\.1:9 cannot be reached: .*refused/],
  ] as const
) {
  Deno.test(`hookline replay ${args.join(" ")} is refused with a reason`, async () => {
    await using dir = await tempDir();
    await Deno.writeTextFile(`${dir.path}/played.log`, line({}));
    const outcome = await inProcess(["replay", ...args], { cwd: dir.path });
    assert.match(outcome.stderr, why);
    assert.equal(outcome.code, code);
    assert.ok(!outcome.stderr.includes("hunter2"));
  });
}
