// Throughput beside Mosquitto's: the same load on both in alternation, one ratio per kind of load. No test, no CI.
// deno-lint-ignore-file no-console -- it prints figures
//
//   deno task bench [--rounds N] [--seconds N] [--mqttload FILE]
//
// Needs mosquitto and the load generator mqttload (bench/mqttload.c of the shared folder: gcc -O2).
import { parseArgs } from "node:util";
import { hooklineCommand } from "../helpers/hookline.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

/** name, arguments of mqttload, field of its answer that is compared */
const LOADS: readonly (readonly [string, readonly string[], string])[] = [
  ["flood QoS 0, 1 subscriber", ["flood", "-q", "0"], "delivered_per_s"],
  ["flood QoS 1, 1 subscriber", ["flood", "-q", "1"], "delivered_per_s"],
  ["flood QoS 0, 8 subscribers", ["flood", "-q", "0", "-S", "8"], "delivered_per_s"],
  ["pingpong QoS 1, 100 clients", ["pingpong", "-q", "1", "-n", "100"], "roundtrips_per_s"],
  ["connects", ["connect", "-n", "50"], "connects_per_s"],
];

interface Rival {
  readonly name: string;
  readonly port: number;
  readonly command: (cwd: string) => { command: string; args: string[] };
  readonly files: Readonly<Record<string, string>>;
}

// Mosquitto without limits that would make it drop, and with TCP_NODELAY, or every round trip costs 44 ms.
const MOSQUITTO: Rival = {
  name: "mosquitto",
  port: 18_831,
  command: () => ({ command: "mosquitto", args: ["-c", "mosquitto.conf"] }),
  files: {
    "mosquitto.conf":
      "listener 18831 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nmax_inflight_messages 0\n" +
      "max_queued_messages 0\nlog_dest none\n",
  },
};

function hookline(name: string, port: number, hooks: string): Rival {
  return {
    name,
    port,
    command: () => hooklineCommand(["run", "--config", "hookline.toml", "--hooks", "hooks.toml"]),
    files: { "hookline.toml": `listener.tcp.bench.addr = "127.0.0.1:${port}"\n`, "hooks.toml": hooks },
  };
}

const EVENTS = ["session_created", "session_terminated", "session_subscribed", "session_unsubscribed"]
  .concat(
    ["connect", "connack", "connected", "disconnected", "subscribe", "unsubscribe"].map((e) => `client_${e}`),
  )
  .concat(["publish", "delivered", "acked", "dropped"].map((e) => `message_${e}`), "offline_message");
const ALL_EVENTS = `urls = ["file:./hook.log"]\n` + EVENTS.map((e) => `rule.${e} = [{}]\n`).join("");

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "3" },
    mqttload: { type: "string", default: "/tmp/mqttload" },
  },
});

const rivals = [
  MOSQUITTO,
  hookline("hookline, hooks off", 18_832, ""),
  hookline("hookline, all events", 18_833, ALL_EVENTS),
];
for (const [name, args, field] of LOADS) {
  const figures = new Map<string, number[]>(rivals.map((rival) => [rival.name, []]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const rival of rivals) figures.get(rival.name)?.push(await measure(rival, args, field));
  }
  const base = median(figures.get(MOSQUITTO.name) ?? []);
  console.log(name);
  for (const [rival, all] of figures) {
    const middle = median(all);
    const range = `${thousands(Math.min(...all))} to ${thousands(Math.max(...all))}`;
    console.log(
      `  ${rival.padEnd(22)} ${thousands(middle).padStart(8)}/s  ×${(middle / base).toFixed(1)}  (${range})`,
    );
  }
}

/** Starts a rival, loads it once, stops it. */
async function measure(rival: Rival, args: readonly string[], field: string): Promise<number> {
  await using dir = await tempDir();
  for (const [file, text] of Object.entries(rival.files)) {
    await Deno.writeTextFile(`${dir.path}/${file}`, text);
  }
  const { command, args: own } = rival.command(dir.path);
  const process = new Deno.Command(command, { args: own, cwd: dir.path, stdout: "null", stderr: "null" })
    .spawn();
  try {
    await until(() => listens(rival.port), `${rival.name} listens`, 20_000);
    const load = await new Deno.Command(values.mqttload, {
      args: [...args, "-p", String(rival.port), "-t", values.seconds],
    }).output();
    const answer = JSON.parse(new TextDecoder().decode(load.stdout));
    if (load.code !== 0) console.log(`  ${rival.name}: lost or refused: ${JSON.stringify(answer)}`);
    return answer[field];
  } finally {
    process.kill("SIGTERM");
    await process.status;
  }
}

async function listens(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false; // not yet
  }
}

function median(all: readonly number[]): number {
  return [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN;
}

function thousands(n: number): string {
  return n >= 1e6 ? `${(n / 1e6).toFixed(2)} M` : `${(n / 1e3).toFixed(1)} k`;
}
