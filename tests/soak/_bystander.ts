// A pair of clients that exchange QoS 2 messages while others misbehave: does either notice? A process of its own, so
// that what it measures is the broker and not the one that misbehaves.
import { fileURLToPath } from "node:url";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { sleep } from "./_processes.ts";

const TOPIC = "bystander/pair";
/** Between two messages, milliseconds. */
const PAUSE = 20;

interface Report {
  readonly latencies: number[];
  readonly error: string | undefined;
}

export class Bystander {
  /** Of publish to arrival, milliseconds; filled by {@link stop}. */
  latencies: number[] = [];
  /** Why it is no bystander any more; `undefined` while all is well. */
  error: string | undefined = undefined;
  readonly #process: Deno.ChildProcess;
  readonly #ended: Promise<void>;

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#ended = this.#readReport();
  }

  static start(url: string): Bystander {
    const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
    const args = ["run", "--quiet", "-A", "--config", config, fileURLToPath(import.meta.url), url];
    return new Bystander(
      new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped" }).spawn(),
    );
  }

  /** The latency that this part of the exchanges did not exceed. */
  at(part: number): number {
    const sorted = this.latencies.toSorted((a, b) => a - b);
    return Number((sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? 0).toFixed(2));
  }

  async stop(): Promise<void> {
    await this.#process.stdin.close();
    await this.#ended;
  }

  async #readReport(): Promise<void> {
    const text = await new Response(this.#process.stdout).text();
    await this.#process.status;
    try {
      const report: Report = JSON.parse(text);
      this.latencies = report.latencies;
      this.error = report.error;
    } catch {
      // What it said instead has gone to stderr.
      this.error = "the bystander's process failed";
    }
  }
}

/** Exchanges messages until stdin is closed or one does not come as it should. */
async function exchange(url: string): Promise<Report> {
  const latencies: number[] = [];
  let running = true;
  const ended = Deno.stdin.readable.pipeTo(new WritableStream()).then(() => running = false);
  try {
    await using to = await MqttClient.connect(url, 5, { clientId: "bystander-to" });
    await to.subscribe(TOPIC, { qos: 2 });
    await using from = await MqttClient.connect(url, 4, { clientId: "bystander-from" });
    for (let n = 0; running; n++) {
      const start = performance.now();
      await from.publish(TOPIC, String(n), { qos: 2 });
      const text = await to.text();
      if (text !== String(n)) throw new Error(`message ${n} was expected and ${text} came`);
      latencies.push(performance.now() - start);
      await sleep(PAUSE);
    }
    await ended;
    return { latencies, error: undefined };
  } catch (error) {
    return { latencies, error: String(error) };
  }
}

if (import.meta.main) {
  const report = await exchange(Deno.args[0] ?? "");
  await new Blob([JSON.stringify(report)]).stream().pipeTo(Deno.stdout.writable);
  Deno.exit(0);
}
