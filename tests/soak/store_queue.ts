// A session whose client is away while a million messages come: what they take in memory, how fast the broker starts
// with them, and how fast they are drained. `deno task store-queue`
import { Buffer } from "node:buffer";
import { floodPublish } from "../helpers/flood_publisher.ts";
import { Hookline } from "../helpers/hookline.ts";
import { residentMemory } from "../helpers/resident_memory.ts";
import { connectPacket, SocketClient } from "../helpers/socket_client.ts";
import { inTempDir } from "../helpers/temp_dir.ts";

const COUNT = Number(Deno.args[0] ?? 1_000_000);
const PAYLOAD = "x".repeat(64);
/** Fixed header, topic of one character, Packet Identifier, payload. */
const PUBLISH = 2 + 3 + 2 + PAYLOAD.length;
const CONNACK = 4;
const AWAY = { clientId: "away", clean: false } as const;

const config = `store.max_bytes = "4GB"
[listener.tcp.default]
addr = "127.0.0.1:0"
max_mqueue_len = 0
max_mqueue_bytes = "4GB"
session_expiry_interval = "1d"
`;

await inTempDir(async (cwd) => {
  const options = { cwd, config, hooks: "rule.client_connected = [{}]\n" };
  {
    await using broker = await Hookline.start(options);
    const { client } = await SocketClient.connect(broker.port, 4, AWAY);
    await client.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "q", qos: 1 }] });
    await client.expect("suback");
    await client[Symbol.asyncDispose]();
    const idle = await residentMemory(broker.pid);
    const from = performance.now();
    await floodPublish({
      port: broker.port,
      topic: "q",
      payload: () => PAYLOAD,
      count: COUNT,
      window: 1_000,
    });
    tell("queued", COUNT, from);
    say(`memory: ${megabytes(await residentMemory(broker.pid) - idle)} over ${megabytes(idle)} idle`);
    say(`file: ${megabytes(Deno.statSync(`${cwd}/hookline.db`).size)}`);
  }
  const from = performance.now();
  await using broker = await Hookline.start(options);
  say(`started with them in ${(performance.now() - from).toFixed(0)} ms`);
  say(`memory: ${megabytes(await residentMemory(broker.pid))} after the start`);
  await drain(broker.port);
  say(`memory: ${megabytes(await residentMemory(broker.pid))} after the drain`);
});

/** Acknowledges everything as it comes. */
async function drain(port: number): Promise<void> {
  const done = Promise.withResolvers<void>();
  let [rest, taken] = [Buffer.alloc(0), -1];
  const from = performance.now();
  await using client = await SocketClient.open(port, 4, {
    onBytes: (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      let at = 0;
      if (taken < 0) [taken, at] = [0, CONNACK];
      const acks: number[] = [];
      for (; rest.length - at >= PUBLISH; at += PUBLISH, taken++) {
        acks.push(0x40, 2, rest[at + 5] ?? 0, rest[at + 6] ?? 0);
      }
      rest = rest.subarray(at);
      client.write(Uint8Array.from(acks));
      if (taken >= COUNT) done.resolve();
    },
  });
  await client.send(connectPacket(4, AWAY));
  await done.promise;
  tell("drained", COUNT, from);
}

function tell(what: string, count: number, from: number): void {
  const seconds = (performance.now() - from) / 1000;
  say(`${what}: ${count} in ${seconds.toFixed(1)} s, ${Math.round(count / seconds)}/s`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
