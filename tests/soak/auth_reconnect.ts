// A thousand clients with passwords connect at once, as after a restart, while a pair goes on exchanging messages.
import { Buffer } from "node:buffer";
import mqttPacket from "mqtt-packet";
import { makeHash } from "../../src/access/password_hash.ts";
import { Hookline } from "../helpers/hookline.ts";
import { connectPacket, SocketClient } from "../helpers/socket_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { print } from "./_processes.ts";

const CLIENTS = 1_000;
/** Seconds until the last one is accepted; milliseconds of the pair's messages, of which one in a hundred may take longer. */
const MOST_SECONDS = 20;
const MOST_P99 = 50;

const CONFIG = `auth.password_file = "passwords"
[listener.tcp.default]
addr = "127.0.0.1:0"
max_handshaking_limit = 0
max_handshaking_per_address = 0
handshake_timeout = "60s"
`;

await using dir = await tempDir();
const names = Array.from({ length: CLIENTS }, (_, i) => `device-${i}`);
print(`making ${CLIENTS} hashes`);
const lines: string[] = [];
for (const name of [...names, "pair"]) {
  lines.push(`${name}:${await makeHash(new TextEncoder().encode(`password of ${name}`))}`);
}
await Deno.writeTextFile(`${dir.path}/passwords`, lines.join("\n"), { mode: 0o600 });
await using broker = await Hookline.start({ cwd: dir.path, config: CONFIG });

async function connect(user: string, clientId: string): Promise<SocketClient> {
  const password = Buffer.from(`password of ${user}`);
  const { client, connack } = await SocketClient.connect(broker.port, 4, {
    clientId,
    username: user,
    password,
  });
  if (connack.returnCode !== 0) throw new Error(`${clientId} was refused with ${connack.returnCode}`);
  return client;
}

/** A client that waits for its CONNACK as long as it takes. */
async function arrive(name: string): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: broker.port });
  const password = Buffer.from(`password of ${name}`);
  await conn.write(mqttPacket.generate(connectPacket(4, { clientId: name, username: name, password })));
  const answer = new Uint8Array(4);
  if (await conn.read(answer) !== 4 || answer[3] !== 0) {
    throw new Error(`${name} was refused: ${answer.toHex()}`);
  }
  return conn;
}

await using publisher = await connect("pair", "publisher");
await using subscriber = await connect("pair", "subscriber");
await subscriber.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "t", qos: 0 }] });
await subscriber.expect("suback");

let done = false;
const took: number[] = [];
const exchanging = (async () => {
  while (!done) {
    const begun = performance.now();
    await publisher.send({ cmd: "publish", topic: "t", payload: "x", qos: 0, dup: false, retain: false });
    await subscriber.expect("publish");
    took.push(performance.now() - begun);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
})();
const begun = performance.now();
const clients = await Promise.all(names.map(arrive));
const seconds = (performance.now() - begun) / 1000;
done = true;
await exchanging;
const p99 = took.sort((a, b) => a - b)[Math.floor(took.length * 0.99)] ?? NaN;
print(
  `${CLIENTS} clients in ${seconds.toFixed(1)} s; p99 of ${took.length} messages meanwhile ${
    p99.toFixed(1)
  } ms`,
);
for (const client of clients) client.close();
if (!(seconds < MOST_SECONDS && p99 < MOST_P99)) Deno.exitCode = 1;
