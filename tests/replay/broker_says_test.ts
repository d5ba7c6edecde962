// A replay and what a broker may answer: windows, refusals, an end, silence. The broker is the test's own.
import assert from "node:assert/strict";
import type { Packet } from "mqtt-packet";
import { Connection } from "../../src/replay/connection.ts";
import { Pace } from "../../src/replay/pace.ts";
import { Tally } from "../../src/replay/tally.ts";
import { generate, PacketReader } from "../helpers/mqtt_packet.ts";
import { inTempDir } from "../helpers/temp_dir.ts";
import { inProcess, type Outcome } from "../cli/_io.ts";

type Answer = (packet: Packet, send: (packet: Packet) => Promise<void>) => Promise<void> | void;

/** Serves connections one after the other until it is disposed of. */
class OwnBroker implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #serving: Promise<void>;
  #conn: Deno.TcpConn | undefined;
  readonly received: Packet[] = [];

  constructor(readonly answer: Answer) {
    this.#serving = this.#serve();
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.#listener.addr.port}`;
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  close(): void {
    this.#conn?.close();
    this.#conn = undefined;
  }

  async #serve(): Promise<void> {
    for await (const conn of this.#listener) {
      this.#conn = conn;
      const reader = new PacketReader(5);
      try {
        for await (const bytes of conn.readable) {
          reader.read(bytes);
          for (const packet of reader.packets.splice(0)) {
            this.received.push(packet);
            await this.answer(packet, async (one) => {
              await conn.write(generate(one, 5));
            });
          }
        }
      } catch {
        // Closed here, or over there: both are what the tests are about.
      }
      this.#conn = undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.close();
    await this.#serving;
  }
}

const connack = (properties = {}): Packet => ({
  cmd: "connack",
  reasonCode: 0,
  sessionPresent: false,
  properties,
});

async function play(
  broker: OwnBroker,
  messages: readonly Readonly<Record<string, unknown>>[],
  ...args: string[]
): Promise<Outcome> {
  const text = messages.map((keys) =>
    `${JSON.stringify({ action: "message_publish", topic: "t", payload: "aGk=", qos: 1, ...keys })}\n`
  ).join("");
  let outcome: Outcome | undefined;
  await inTempDir(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/x.log`, text);
    outcome = await inProcess(["replay", "x.log", "--to", broker.url, "--speed", "max", ...args], { cwd });
  });
  assert.ok(outcome);
  return outcome;
}

Deno.test("never more is under way than Receive Maximum, or --inflight, allows", async () => {
  for (const args of [[], ["--inflight", "2"]]) {
    let [waiting, most]: [number[], number] = [[], 0];
    await using broker = new OwnBroker(async (packet, send) => {
      if (packet.cmd === "connect") await send(connack({ receiveMaximum: 3 }));
      if (packet.cmd === "pingreq") await send({ cmd: "pingresp" });
      if (packet.cmd !== "publish") return;
      waiting.push(packet.messageId ?? 0);
      most = Math.max(most, waiting.length);
      if (waiting.length < (args.length === 0 ? 3 : 2)) return;
      for (const messageId of waiting) await send({ cmd: "puback", messageId, reasonCode: 0x10 });
      waiting = [];
    });
    const { code, stdout } = await play(broker, new Array(12).fill({}), ...args);
    assert.deepEqual([code, most], [0, args.length === 0 ? 3 : 2]);
    assert.match(stdout, /^sent 12 .* acknowledged 12 of 12 with QoS 1 or 2, refused 0/);
  }
});

Deno.test("what is refused is counted with its reason, and ends it with 1", async () => {
  await using broker = new OwnBroker(async (packet, send) => {
    if (packet.cmd === "connect") await send(connack({ maximumPacketSize: 40 }));
    if (packet.cmd === "pingreq") await send({ cmd: "pingresp" });
    if (packet.cmd !== "publish") return;
    const { qos, messageId = 0, topic } = packet;
    const reasonCode = topic === "no" ? 0x87 : 0;
    if (qos > 0) await send({ cmd: qos === 1 ? "puback" : "pubrec", messageId, reasonCode });
  });
  const { code, stdout, stderr } = await play(broker, [
    {},
    { topic: "no" },
    { topic: "no", qos: 2 },
    { payload: btoa("x".repeat(100)) },
    { qos: 0 },
  ]);
  assert.equal(code, 1);
  assert.match(stdout, /^sent 4 .* acknowledged 1 of 3 with QoS 1 or 2, refused 3,/);
  assert.match(stderr, /: 2 refused: 0x87 NotAuthorized\.\n/);
  assert.match(stderr, /: 1 refused: larger than the 40 bytes that the broker takes\.\n/);
});

Deno.test("what the broker does not have is left away, and told", async () => {
  await using broker = new OwnBroker(async (packet, send) => {
    if (packet.cmd === "connect") await send(connack({ maximumQoS: 1, retainAvailable: false }));
    if (packet.cmd === "pingreq") await send({ cmd: "pingresp" });
    if (packet.cmd === "publish") await send({ cmd: "puback", messageId: packet.messageId ?? 0 });
  });
  const { code, stderr } = await play(broker, [{ qos: 2, retain: true }]);
  assert.equal(code, 0);
  assert.match(stderr, /1 message: QoS 2 is not there, sent with QoS 1\./);
  assert.match(stderr, /1 message: Retained Messages are not there, sent without\./);
  const [sent] = broker.received.filter((packet) => packet.cmd === "publish");
  assert.deepEqual([sent?.qos, sent?.retain], [1, false]);
});

Deno.test("a connection that ends early says why, and what was not acknowledged", async () => {
  for (
    const [end, why] of [
      [
        { cmd: "disconnect", reasonCode: 0x97, properties: { reasonString: "no\x1bmore" } },
        /0x97 QuotaExceeded \(no\\x1bmore\)/,
      ],
      [undefined, /the broker closed the connection/],
      [{ cmd: "publish", topic: "x", payload: "", qos: 0, dup: false, retain: false }, /a packet of type 3/],
    ] as const
  ) {
    await using broker: OwnBroker = new OwnBroker(async (packet, send) => {
      if (packet.cmd === "connect") await send(connack());
      if (packet.cmd !== "publish") return;
      if (end === undefined) broker.close();
      else await send(end as Packet);
    });
    const { code, stdout, stderr } = await play(broker, [{}]);
    assert.equal(code, 1);
    assert.match(stdout, /^sent 1 .* acknowledged 0 of 1 /);
    assert.match(stderr, why);
  }
});

Deno.test("a broker that does not answer is given up after half a minute", async () => {
  let now = 0;
  let told = Promise.withResolvers<string>();
  const pinged = Promise.withResolvers<void>();
  await using broker = new OwnBroker(async (packet, send) => {
    if (packet.cmd === "connect") await send(connack({ serverKeepAlive: 10 }));
    if (packet.cmd === "pingreq") pinged.resolve();
  });
  const connection = new Connection("c", await Deno.connect({ port: broker.port }), {
    dial: () => Promise.reject(),
    version: 5,
    username: undefined,
    password: undefined,
    inflight: 10,
    keepAlive: 60,
    now: () => now,
    tally: new Tally(),
    onFailure: ({ message }) => told.resolve(message),
  });
  await connection.accepted(new AbortController().signal);
  now = 5_000;
  connection.tick();
  now = 5_001;
  connection.tick();
  await pinged.promise;
  now = 35_001;
  connection.tick();
  assert.equal(connection.ended, false);
  now = 35_002;
  connection.tick();
  assert.equal(await told.promise, 'the connection of "c": no answer for 30 s.');
  told = Promise.withResolvers();
  await connection.close();
});

Deno.test("messages are as far apart as they were, or by a part of that, whatever the clock did", () => {
  let now = 1_000;
  const pace = new Pace(10, () => now);
  assert.equal(pace.wait(500), 0);
  assert.equal(pace.wait(600), 10);
  assert.equal(pace.wait(undefined), 10);
  assert.equal(pace.wait(300), 10);
  assert.equal(pace.wait(350), 15);
  now = 1_020;
  assert.equal(pace.lag, 5);
  assert.equal(pace.wait(450), 5);
  assert.equal(new Pace(Infinity, () => now).wait(1), 0);
});
