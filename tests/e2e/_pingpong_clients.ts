// Clients in a process of their own that each send a message to themselves, over and over: who is served how often?
// Arguments: port, clients, milliseconds. Prints the number of round trips of each client as a JSON array.
import { generate } from "../helpers/mqtt_packet.ts";

const [port = 0, clients = 0, time = 0] = Deno.args.map(Number);
const counts = new Array<number>(clients).fill(0);
let over = false;

async function send(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

async function readExactly(conn: Deno.Conn, into: Uint8Array): Promise<void> {
  for (let at = 0; at < into.length;) {
    const count = await conn.read(into.subarray(at));
    if (count === null) throw new Error("the broker closed the connection");
    at += count;
  }
}

/** Connects and subscribes; what it returns plays until the time is over. */
async function client(i: number): Promise<() => Promise<void>> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  conn.setNoDelay(true);
  await send(conn, generate({ cmd: "connect", clientId: `c${i}`, keepalive: 0, clean: true }, 4));
  await readExactly(conn, new Uint8Array(4));
  const topic = `pingpong/${i}`;
  await send(conn, generate({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 0 }] }, 4));
  await readExactly(conn, new Uint8Array(5));
  const payload = "o".repeat(32);
  const ball = generate({ cmd: "publish", topic, payload, qos: 0, dup: false, retain: false }, 4);
  const input = new Uint8Array(ball.length);
  return async () => {
    while (!over) {
      await send(conn, ball);
      await readExactly(conn, input);
      counts[i] = (counts[i] ?? 0) + 1;
    }
    conn.close();
  };
}

const players: (() => Promise<void>)[] = [];
for (let i = 0; i < clients; i++) players.push(await client(i));
setTimeout(() => over = true, time);
await Promise.all(players.map((play) => play()));
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(counts)));
