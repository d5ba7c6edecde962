// The tables of malformed input against the started program: each row on a connection of its own, while two
// bystanders exchange QoS 2 messages that nothing may disturb.
import assert from "node:assert/strict";
import { Hookline } from "../helpers/hookline.ts";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { bytesOf } from "../mqtt/_notation.ts";
import { CONNECT, none, type Row, type Version } from "./malformed/row.ts";
import { GROUPS } from "./malformed/table.ts";

/** Rows under way at once. */
const AT_ONCE = 16;
/** For the answer to one row, milliseconds. */
const DEADLINE = 10_000;
/** Client Identifiers of rows that must not be let in, in their CONNECT or behind an accepted one. */
const REFUSED = "bad";
const ENDED = "ended";

/** Without topics of its own, which a subscription to $SYS/# would be sent. */
const CONFIG = 'mqtt.sys_interval = 0\nlistener.tcp.default.addr = "127.0.0.1:0"\n';

Deno.test("malformed input is answered as the standard says [3.1.1: 4.8.0-1] [5.0: 4.13.1-1]", async (t) => {
  await using dir = await tempDir();
  await using hookline = await Hookline.start({ cwd: dir.path, config: CONFIG });
  await using bystanders = await Bystanders.start(hookline.url);
  for (const { name, rows } of GROUPS) {
    await t.step(name, async () => {
      const failures: string[] = [];
      const waiting = [...rows];
      const worker = async (): Promise<void> => {
        for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
          const wrong = await tryRow(hookline.port, row);
          if (wrong !== undefined) failures.push(`${row.what}: ${row.bytes}\n  ${wrong}`);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      bystanders.check();
      assert.deepEqual(failures, []);
    });
  }
  await t.step("the bystanders lost nothing and waited for nothing", () => bystanders.stop());
  await t.step("what was refused left no trace", async () => {
    await hookline.stop();
    const bad = hookline.log.filter(({ level }) => level === "error" || level === "raw");
    assert.deepEqual(bad, [], "the log has no error");
    const forbidden: Readonly<Record<string, readonly string[]>> = {
      [REFUSED]: ["client_connected", "session_created"],
      [ENDED]: ["session_subscribed", "session_unsubscribed"],
    };
    for (const event of await hookline.events()) {
      const client = String(event["clientid"]).replace(/-.*/, "");
      assert(!forbidden[client]?.includes(String(event["action"])), JSON.stringify(event));
      assert(event["topic"] !== "after", `it was read on: ${JSON.stringify(event)}`);
    }
  });
});

Deno.test("the tables of malformed input hold at least 600 rows, each under a name of its own", () => {
  const names = GROUPS.flatMap(({ name, rows }) => rows.map(({ what }) => `${name}: ${what}`));
  assert(names.length >= 600, `${names.length}`);
  assert.deepEqual(names.filter((name, i) => names.indexOf(name) !== i), []);
  assert.equal(new Set(GROUPS.map(({ name }) => name)).size, GROUPS.length);
});

/** What went otherwise than the row says, or `undefined`. */
async function tryRow(port: number, row: Row): Promise<string | undefined> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const timer = setTimeout(() => conn.close(), DEADLINE);
  try {
    conn.setNoDelay(true);
    const goesOn = row.expect === "accepted" || row.expect.startsWith("answers");
    if (row.stage === "open") await greet(conn, row.version, goesOn);
    // Behind what ends the connection, a message that must not be read any more; else a question with a known answer.
    const behind = bytesOf(goesOn ? "c0*" : `30* 'after' ${none(row.version)} "x"`);
    const bytes = Uint8Array.of(...bytesOf(row.bytes), ...behind);
    for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
    const { hex, ended } = await readAll(conn, goesOn);
    return differs(row.expect, hex, ended);
  } catch (error) {
    return String(error);
  } finally {
    clearTimeout(timer);
    try {
      conn.close();
    } catch {
      // Closed by the timer.
    }
  }
}

async function greet(conn: Deno.TcpConn, version: Version, goesOn: boolean): Promise<void> {
  const clientId = `${goesOn ? "fine" : ENDED}-${crypto.randomUUID().slice(0, 12)}`;
  const bytes = bytesOf(`${CONNECT[version]} 02 0000 ${none(version)} '${clientId}'`);
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
  const header = await readExactly(conn, 2);
  const rest = await readExactly(conn, header[1] ?? 0);
  assert.equal(rest[1], 0, `the CONNECT was refused: ${rest.toHex()}`);
}

async function readExactly(conn: Deno.TcpConn, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await conn.read(bytes.subarray(at));
    if (count === null) throw new Error("the stream ended too early");
    at += count;
  }
  return bytes;
}

/** Everything up to the end of the stream, or up to the PINGRESP. */
async function readAll(conn: Deno.TcpConn, goesOn: boolean): Promise<{ hex: string; ended: boolean }> {
  const input = new Uint8Array(4096);
  let hex = "";
  for (;;) {
    const count = await conn.read(input);
    if (count === null) return { hex, ended: true };
    hex += input.subarray(0, count).toHex();
    if (goesOn && hex.endsWith("d000")) return { hex: hex.slice(0, -4), ended: false };
  }
}

function differs(expect: string, hex: string, ended: boolean): string | undefined {
  const got = `${ended ? "ended" : "went on"} after ${hex === "" ? "nothing" : hex}`;
  const [kind, code = ""] = expect.split(" ");
  const right = kind === "close" ? ended && hex === "" : kind === "connack"
    // 20, length, flags 0, code; 5.0 has properties behind it.
    ? ended && new RegExp(`^20(02|03)00${code}(00)?$`).test(hex) &&
      (hex.length === 8) === (hex.startsWith("2002"))
    : kind === "disconnect"
    ? ended && (hex === `e001${code}` || hex === `e002${code}00`)
    : kind === "accepted"
    ? !ended && /^20..0000/.test(hex)
    : !ended && hex === code;
  return right ? undefined : `expected ${expect}, it ${got}`;
}

/** Two clients that exchange QoS 2 messages as fast as they are acknowledged, one after the other. */
class Bystanders implements AsyncDisposable {
  readonly #publisher: MqttClient;
  readonly #subscriber: MqttClient;
  readonly #running: Promise<void>;
  #sent = 0;
  #received = 0;
  #stopped = false;
  #trouble: unknown = undefined;

  private constructor(publisher: MqttClient, subscriber: MqttClient) {
    this.#publisher = publisher;
    this.#subscriber = subscriber;
    this.#running = Promise.all([this.#publish(), this.#receive()]).then(() => {}, (error) => {
      this.#trouble = error;
    });
  }

  static async start(url: string): Promise<Bystanders> {
    const subscriber = await MqttClient.connect(url, 4, { clientId: "bystander-s" });
    await subscriber.subscribe("$by/+", { qos: 2 });
    const publisher = await MqttClient.connect(url, 5, { clientId: "bystander-p" });
    return new Bystanders(publisher, subscriber);
  }

  /** Throws when they were disturbed so far. */
  check(): void {
    if (this.#trouble !== undefined) {
      throw new Error("the bystanders were disturbed", { cause: this.#trouble });
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    this.check();
    assert(this.#sent > 100, `${this.#sent} exchanges`);
    assert.equal(this.#received, this.#sent);
    assert.equal(this.#subscriber.messages.length, 0, "nothing came twice");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await this.#publisher[Symbol.asyncDispose]();
    await this.#subscriber[Symbol.asyncDispose]();
  }

  async #publish(): Promise<void> {
    while (!this.#stopped) {
      await this.#publisher.publish("$by/x", `${this.#sent}`, { qos: 2 });
      this.#sent++;
    }
    await this.#publisher.publish("$by/x", "last", { qos: 2 });
  }

  async #receive(): Promise<void> {
    for (;;) {
      const text = await this.#subscriber.text();
      if (text === "last") return;
      assert.equal(text, `${this.#received}`, "in order, each once");
      this.#received++;
    }
  }
}
