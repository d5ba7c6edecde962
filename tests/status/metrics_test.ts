// /metrics, judged by Prometheus' own tool, and $SYS, read by a client.
import assert from "node:assert/strict";
import { settled } from "../broker/_world.ts";
import { Live } from "./_live.ts";

const TO_SYS = {
  cmd: "subscribe" as const,
  messageId: 1,
  subscriptions: [{ topic: "$SYS/#", qos: 0 as const }],
};

async function metrics(live: Live): Promise<string> {
  const answer = await live.fetch("/metrics");
  assert.equal(answer.headers.get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  return await answer.text();
}

/** What promtool has to say: nothing, where all is well. */
async function lint(text: string): Promise<string> {
  const process = new Deno.Command("promtool", {
    args: ["check", "metrics"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { stdout, stderr, success } = await process.output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return success && said === "" ? "" : said || "failed";
}

Deno.test("/metrics is what Prometheus takes, per listener, sink and event, and never per client", async () => {
  await using live = await Live.open();
  const client = await live.world.connect("client-7", { username: "ann" });
  await client.subscribe("a");
  client.send({ cmd: "publish", topic: "a", payload: "x", qos: 0, dup: false, retain: true });
  await settled();
  live.sink = {
    state: "degraded",
    linesWritten: 5,
    linesWaiting: 3,
    linesDropped: { DiskFull: 2, 'Odd "\\\n reason': 1 },
    oldestWaiting: 1_500,
    spoolBytes: 4_096,
    parkedBytes: 17,
    lastError: "no",
  };
  const text = await metrics(live);
  assert.equal(await lint(text), "");
  for (
    const line of [
      "hookline_ready 0",
      "hookline_clients 1",
      "hookline_messages_received_total 1",
      "hookline_retained_messages 1",
      'hookline_events_total{event="message_delivered"} 1',
      'hookline_events_total{event="client_connected"} 1',
      'hookline_listener_handshakes{listener="test",kind="tcp"} 0',
      'hookline_sink_up{sink="file:///hook.log"} 0',
      'hookline_sink_lines_waiting{sink="file:///hook.log"} 3',
      'hookline_sink_lines_dropped_total{sink="file:///hook.log",reason="DiskFull"} 2',
      'hookline_sink_oldest_waiting_timestamp_seconds{sink="file:///hook.log"} 1.5',
      "hookline_store_file_bytes 4096",
    ]
  ) assert(text.split("\n").includes(line), `${line} is not in\n${text}`);
  assert(!text.includes("client-7") && !text.includes("ann"));
  const again = await live.fetch("/api/v1/metrics/prometheus");
  assert.match(await again.text(), /hookline_clients 1/);
});

Deno.test("$SYS: retained, of no event, for nobody who asked for # alone, and only what changed", async () => {
  await using live = await Live.open({}, 10_000);
  const everything = await live.world.connect("everything");
  await everything.subscribe("#");
  const watcher = await live.world.connect("watcher");
  watcher.send(TO_SYS);
  const first = await read(watcher);
  assert.equal(first.get("$SYS/broker/version"), "hookline version 1.2.3");
  assert.equal(first.get("$SYS/broker/uptime"), "0 seconds");
  assert.equal(first.get("$SYS/broker/clients/connected"), "0");
  assert.equal(JSON.parse(first.get("$SYS/brokers/1/stats") ?? "")["connections.count"], 0);
  watcher.send({ cmd: "publish", topic: "a", payload: "four", qos: 0, dup: false, retain: false });
  await live.world.pass(10_000);
  const second = await read(watcher);
  assert.equal(second.get("$SYS/broker/clients/connected"), "2");
  assert.equal(second.get("$SYS/broker/publish/messages/received"), "1");
  assert.equal(second.get("$SYS/broker/publish/bytes/received"), "4");
  assert.equal(second.get("$SYS/broker/subscriptions/count"), "2");
  // One message in a sixth of a minute, as Mosquitto averages it.
  assert.equal(second.get("$SYS/broker/load/publish/received/1min"), (6 * (1 - Math.exp(-1 / 6))).toFixed(2));
  assert.equal(second.has("$SYS/broker/version"), false);
  assert.deepEqual([...(await read(everything)).keys()], ["a"]);
  assert.deepEqual(
    live.world.story("topic", "message_publish", "message_delivered"),
    ["message_publish:a", "message_delivered:a"],
  );
  const { counters } = await live.json("/overview");
  assert.equal(counters.events.message_delivered, 1);
  await live.status.open({ http: live.options, sysInterval: 0 });
  const late = await live.world.connect("late");
  late.send(TO_SYS);
  assert.deepEqual([...(await read(late)).keys()], [], "what was published is taken back");
});

/** The messages that came since the last call, by topic. */
async function read(client: Awaited<ReturnType<Live["world"]["connect"]>>): Promise<Map<string, string>> {
  await settled();
  return new Map(client.take().flatMap((p) => p.cmd === "publish" ? [[p.topic, p.payload.toString()]] : []));
}
