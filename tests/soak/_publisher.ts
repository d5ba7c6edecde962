// A process that publishes numbered QoS 1 messages at a steady rate and reconnects when its broker is gone.
// Arguments: port file (read again before each connection), messages a second, clients, file for acknowledged numbers.
// Each line on stdin ends a period: it prints {"acked","p50","p99","max"} of that period, latencies in milliseconds
// from the moment a message was due. End of input ends it, when nothing is unacknowledged any more.
import { sleep } from "./_processes.ts";
import { SoakClient } from "./_soak_client.ts";

const [portFile = "", rateText = "2000", clientsText = "20", ackedFile = ""] = Deno.args;
const rate = Number(rateText);
const acked = Deno.openSync(ackedFile, { append: true, create: true });
const encoder = new TextEncoder();
const start = performance.now();
let next = 0;
let ackedCount = 0;
let latencies: number[] = [];
let ackedText = "";
let ending = false;

/** When message `n` was due. */
function due(n: number): number {
  return start + n / rate * 1000;
}

function acknowledged(n: number): void {
  ackedCount++;
  ackedText += `${n}\n`;
  latencies.push(performance.now() - due(n));
}

/** Stays connected as well as the broker lets it, until all is acknowledged. */
async function keepConnected(client: SoakClient): Promise<void> {
  while (!ending || client.unacknowledged > 0) {
    try {
      await client.connect(Number(Deno.readTextFileSync(portFile)));
      await client.gone();
    } catch {
      // The broker was killed, or is not there yet: that is the test.
    }
    await sleep(50);
  }
}

const clients = Array.from({ length: Number(clientsText) }, (_, i) =>
  new SoakClient({
    port: 0,
    clientId: `soak-${i}`,
    version: 4,
    onAcknowledged: ({ payload }) => acknowledged(Number(payload)),
  }));
for (const client of clients) void keepConnected(client);
const ticker = setInterval(() => {
  const now = performance.now();
  for (; due(next) <= now; next++) clients[next % clients.length]?.publish("soak/t", String(next), 1);
  if (ackedText !== "") acked.writeSync(encoder.encode(ackedText));
  ackedText = "";
}, 5);

for await (const _ of Deno.stdin.readable) report();
clearInterval(ticker);
ending = true;
while (clients.some((client) => client.unacknowledged > 0)) {
  await sleep(50);
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
