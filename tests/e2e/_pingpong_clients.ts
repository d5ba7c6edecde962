// Clients in a process of their own that each send a message to themselves, over and over: who is served how often?
// Arguments: port, clients, milliseconds. Prints the number of round trips of each client as a JSON array.
const [port = 0, clients = 0, time = 0] = Deno.args.map(Number);
const encoder = new TextEncoder();
const counts = new Array<number>(clients).fill(0);
let over = false;

function packet(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(2 + length);
  bytes.set([type, length]);
  let at = 2;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function text(value: string): Uint8Array {
  const bytes = encoder.encode(value);
  return Uint8Array.of(0, bytes.length, ...bytes);
}

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
  await send(conn, packet(0x10, text("MQTT"), Uint8Array.of(4, 2, 0, 0), text(`c${i}`)));
  await readExactly(conn, new Uint8Array(4));
  const topic = text(`pingpong/${i}`);
  await send(conn, packet(0x82, Uint8Array.of(0, 1), topic, Uint8Array.of(0)));
  await readExactly(conn, new Uint8Array(5));
  const ball = packet(0x30, topic, new Uint8Array(32));
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
Deno.stdout.writeSync(encoder.encode(JSON.stringify(counts)));
