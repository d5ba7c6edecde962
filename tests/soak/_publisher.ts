// A process that publishes numbered QoS 1 messages at a steady rate and reconnects when its broker is gone.
// Arguments: port file (read again before each connection), messages a second, clients, file for acknowledged numbers.
// Each line on stdin ends a period: it prints {"acked","p50","p99","max"} of that period, latencies in milliseconds
// from the moment a message was due. End of input ends it, when nothing is unacknowledged any more.
const [portFile = "", rateText = "2000", clientsText = "20", ackedFile = ""] = Deno.args;
const rate = Number(rateText);
const acked = Deno.openSync(ackedFile, { append: true, create: true });
const encoder = new TextEncoder();
let next = 0;
let ackedCount = 0;
let latencies: number[] = [];
let ackedText = "";
let ending = false;

class Client {
  #conn: Deno.TcpConn | undefined;
  /** Number and due time of what is not acknowledged, by Packet Identifier; sent again after a reconnection. */
  readonly #inflight = new Map<number, { readonly n: number; readonly due: number }>();
  #packetId = 0;
  #out: Uint8Array[] = [];
  #writing = false;

  constructor(readonly id: string) {
    void this.#run();
  }

  get unacknowledged(): number {
    return this.#inflight.size;
  }

  publish(n: number, due: number): void {
    do this.#packetId = this.#packetId % 65535 + 1; while (this.#inflight.has(this.#packetId));
    this.#inflight.set(this.#packetId, { n, due });
    if (this.#conn !== undefined) this.#send(publishPacket(this.#packetId, n, false));
  }

  async #run(): Promise<void> {
    while (!ending || this.#inflight.size > 0) {
      try {
        const conn = await Deno.connect({
          hostname: "127.0.0.1",
          port: Number(Deno.readTextFileSync(portFile)),
        });
        conn.setNoDelay(true);
        await conn.write(connectPacket(this.id));
        await this.#read(conn);
      } catch {
        // The broker was killed, or is not there yet: that is the test.
      }
      this.#conn = undefined;
      this.#out = [];
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #read(conn: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    let length = 0;
    for (;;) {
      const count = await conn.read(buffer.subarray(length));
      if (count === null) return;
      length += count;
      let at = 0;
      // CONNACK and PUBACK both have four bytes.
      for (; at + 4 <= length; at += 4) {
        if (buffer[at] === 0x20) this.#connected(conn);
        else if (buffer[at] === 0x40) this.#acknowledged((buffer[at + 2] ?? 0) * 256 + (buffer[at + 3] ?? 0));
      }
      buffer.copyWithin(0, at, length);
      length -= at;
    }
  }

  #connected(conn: Deno.TcpConn): void {
    this.#conn = conn;
    this.#writing = false;
    for (const [id, { n }] of this.#inflight) this.#send(publishPacket(id, n, true));
  }

  #acknowledged(id: number): void {
    const message = this.#inflight.get(id);
    if (message === undefined) return;
    this.#inflight.delete(id);
    ackedCount++;
    ackedText += `${message.n}\n`;
    latencies.push(performance.now() - message.due);
  }

  #send(packet: Uint8Array): void {
    this.#out.push(packet);
    if (!this.#writing) void this.#flush();
  }

  async #flush(): Promise<void> {
    this.#writing = true;
    const conn = this.#conn;
    try {
      while (this.#out.length > 0 && conn === this.#conn && conn !== undefined) {
        const bytes = await new Blob(this.#out.splice(0) as BlobPart[]).bytes();
        for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
      }
    } catch {
      // The reader meets it too, and connects again.
    }
    if (conn === this.#conn) this.#writing = false;
  }
}

function connectPacket(id: string): Uint8Array {
  const name = encoder.encode(id);
  return Uint8Array.of(0x10, 12 + name.length, 0, 4, 77, 81, 84, 84, 4, 2, 0, 0, 0, name.length, ...name);
}

function publishPacket(id: number, n: number, dup: boolean): Uint8Array {
  const body = encoder.encode(`soak/t${n}`);
  const topic = "soak/t".length;
  return Uint8Array.of(
    dup ? 0x3a : 0x32,
    4 + body.length,
    0,
    topic,
    ...body.subarray(0, topic),
    id >> 8,
    id & 255,
    ...body.subarray(topic),
  );
}

const clients = Array.from({ length: Number(clientsText) }, (_, i) => new Client(`soak-${i}`));
const start = performance.now();
const ticker = setInterval(() => {
  const now = performance.now();
  for (; next < (now - start) / 1000 * rate; next++) {
    clients[next % clients.length]?.publish(next, start + next / rate * 1000);
  }
  if (ackedText !== "") acked.writeSync(encoder.encode(ackedText));
  ackedText = "";
}, 5);

for await (const _ of Deno.stdin.readable) report();
clearInterval(ticker);
ending = true;
while (clients.some((client) => client.unacknowledged > 0)) {
  await new Promise((resolve) => setTimeout(resolve, 50));
}
acked.writeSync(encoder.encode(ackedText));
report();
Deno.exit(0);

function report(): void {
  const sorted = latencies.toSorted((a, b) => a - b);
  latencies = [];
  const at = (part: number): number => Number((sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(2));
  const text = JSON.stringify({
    acked: ackedCount,
    p50: at(0.5),
    p99: at(0.99),
    max: Number((sorted.at(-1) ?? 0).toFixed(2)),
  });
  Deno.stdout.writeSync(encoder.encode(`${text}\n`));
}
