// A sink that is required: while its lines reach no disk, nothing is acknowledged that they would tell of.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { FILE_DEFAULTS } from "../../src/sinks/file/options.ts";
import { HTTP_DEFAULTS } from "../../src/sinks/http/options.ts";
import { openSinks, type SinkOptions } from "../../src/sinks/open_sinks.ts";
import type { Packet } from "../helpers/mqtt_packet.ts";
import { AUDIT, publish, type TestClient, World } from "./_world.ts";

/** A world with a required file in a folder of its own, which can be made to take nothing. */
class Audited implements AsyncDisposable {
  readonly #folder = Deno.makeTempDirSync({ prefix: "hookline-required-" });
  readonly world: World;

  constructor({ required = true, bufferBytes = FILE_DEFAULTS.bufferBytes } = {}) {
    const options = this.options(required, bufferBytes);
    this.world = new World({}, {}, undefined, {
      audit: (clock, log) => openSinks([AUDIT], options, log, clock),
    });
  }

  options(required: boolean, bufferBytes = FILE_DEFAULTS.bufferBytes): SinkOptions {
    return {
      cwd: this.#folder,
      file: { ...FILE_DEFAULTS, bufferBytes },
      http: HTTP_DEFAULTS,
      endpoints: new Map([[AUDIT, { required }]]),
    };
  }

  /** A file stands where the folder was. */
  async fail(): Promise<void> {
    Deno.removeSync(`${this.#folder}/logs`, { recursive: true });
    Deno.writeTextFileSync(`${this.#folder}/logs`, "");
    await this.world.pass(1_000); // it looks twice a second whether the file is still there
  }

  async mend(): Promise<void> {
    Deno.removeSync(`${this.#folder}/logs`);
    await this.world.pass(2_000);
  }

  /** The payloads of messages in the file. */
  payloads(action: string): string[] {
    const path = `${this.#folder}/logs/audit.log`;
    const lines = existsSync(path) ? Deno.readTextFileSync(path).trim().split("\n") : [];
    return lines.map((line) => JSON.parse(line)).filter((line) => line.action === action)
      .map((line) => atob(line.payload));
  }

  /** Takes out what the log says of the trouble, for a world must end without an error. */
  told(): string[] {
    const known = /takes (no lines|lines again)|refused|lost/;
    return this.world.log.splice(0).flatMap((entry) => known.exec(entry)?.[0] ?? []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

/** The Reason Codes of what came. */
function answers(packets: readonly Packet[]): string[] {
  return packets.map((p) => {
    if (p.cmd === "suback") return `suback ${p.granted}`;
    if (p.cmd === "connack") return `connack ${p.reasonCode ?? p.returnCode}`;
    return `${p.cmd} ${"reasonCode" in p ? (p.reasonCode ?? 0) : 0}`;
  });
}

async function publisher(world: World, protocolVersion: 4 | 5 = 5): Promise<TestClient> {
  const client = await world.connect(`p${protocolVersion}`, { protocolVersion });
  client.take();
  return client;
}

Deno.test("what the failed write stands for is acknowledged once it is in the file", async () => {
  await using audited = new Audited();
  const { world } = audited;
  const client = await publisher(world);
  await audited.fail();
  assert.deepEqual(answers(await client.sent(publish("t", "one", 1))), []);
  await audited.mend();
  assert.deepEqual(audited.payloads("message_publish"), ["one"]);
  assert.deepEqual(answers(client.take()), ["puback 16"]);
  assert.deepEqual(audited.told(), ["takes no lines", "refused", "takes lines again"]);
});

Deno.test("5.0: while it takes no lines everything that is acknowledged is refused, and the rest goes on", async () => {
  await using audited = new Audited();
  const { world } = audited;
  const client = await publisher(world);
  const here = await world.connect("here", { protocolVersion: 5 });
  await here.subscribe("t");
  here.take();
  await audited.fail();
  const finder = await world.connect("finds it out");
  assert.deepEqual(finder.take(), []);
  const refused = await client.sent(publish("t", "a", 1), publish("t", "b", 2, 2), publish("t", "zero"));
  assert.deepEqual(answers(refused), ["puback 151", "pubrec 151"]);
  assert.deepEqual(answers(await here.subscribe("more")), ["publish 0", "suback 151"]);
  assert.deepEqual(answers((await world.connect("late", { protocolVersion: 5 })).take()), ["connack 136"]);
  assert.deepEqual(answers((await world.connect("late")).take()), ["connack 3"]);
  await here.sent({ cmd: "unsubscribe", messageId: 2, unsubscriptions: ["t"] });
  await audited.mend();
  assert.deepEqual([...answers(here.take()), ...answers(finder.take())], ["unsuback 0", "connack 0"]);
  assert.deepEqual(answers(await client.sent(publish("t", "later", 1, 3))), ["puback 16"]);
  assert.deepEqual(audited.payloads("message_publish"), ["zero", "later"]);
  assert.deepEqual(audited.payloads("message_dropped"), ["a", "b"]);
  const reasons = world.lines("message_dropped").map(({ reason }) => reason);
  assert.deepEqual(reasons.slice(0, 2), ["SinkUnavailable", "SinkUnavailable"]);
  audited.told();
});

Deno.test("3.1.1: it is not acknowledged, and the client is closed after a while", async () => {
  await using audited = new Audited();
  const { world } = audited;
  const [finder, client] = [await publisher(world, 5), await publisher(world, 4)];
  await audited.fail();
  await finder.sent(publish("t", "finds it out", 1));
  await client.sent(publish("t", "one", 1));
  await world.pass(9_000);
  assert(!client.ended);
  await world.pass(2_000);
  assert(client.peer.closed);
  assert.equal(client.heard(), "");
  assert.equal(world.story("reason", "client_disconnected").at(-1), "client_disconnected:SinkUnavailable");
  await audited.mend();
  audited.told();
});

Deno.test("an answer whose line may be lost is never given", async () => {
  await using audited = new Audited({ bufferBytes: 4_096 });
  const { world } = audited;
  const [client, noise] = [await publisher(world, 5), await publisher(world, 4)];
  await audited.fail();
  await client.sent(publish("t", "x".repeat(8_000), 1));
  await audited.mend();
  assert(client.peer.closed);
  assert.equal(client.heard(), "");
  assert.deepEqual(answers(await noise.sent(publish("t", "later", 1))), ["puback 0"]);
  audited.told();
});

Deno.test("a sink that is not required holds up nothing, and a reload changes which is", async () => {
  await using audited = new Audited({ required: false });
  const { world } = audited;
  const client = await publisher(world);
  await audited.fail();
  assert.deepEqual(answers(await client.sent(publish("t", "one", 1))), ["puback 16"]);
  const reload = async (required: boolean): Promise<void> => {
    (await world.audit?.prepare([AUDIT], audited.options(required)))?.commit();
  };
  await reload(true);
  assert.deepEqual(answers(await client.sent(publish("t", "two", 1))), ["puback 151"]);
  await reload(false);
  assert.deepEqual(answers(await client.sent(publish("t", "three", 1))), ["puback 16"]);
  await audited.mend();
  assert.deepEqual(audited.payloads("message_publish"), ["one", "three"]);
  audited.told();
});
