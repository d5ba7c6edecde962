// `hookline store`: what is carried to another machine is there what it was here, and what is wrong is told by its line.
import assert from "node:assert/strict";
import { publish, retained } from "../broker/_world.ts";
import { inTempDir } from "../helpers/temp_dir.ts";
import { Machine } from "../store/_machine.ts";
import { inProcess, type Outcome } from "./_io.ts";

const STAYS = { protocolVersion: 5, clean: false, properties: { sessionExpiryInterval: 3_600 } } as const;

/** A stopped machine with a bit of everything in its store. */
async function furnished(machine: Machine): Promise<void> {
  await using world = machine.start();
  const will = { topic: "will", payload: "gone", properties: { willDelayInterval: 3_000 } };
  const away = await world.connect("away", { ...STAYS, will });
  await away.sent({
    cmd: "subscribe",
    messageId: 1,
    properties: { subscriptionIdentifier: 7 },
    subscriptions: [{ topic: "t/#", qos: 2, nl: true }],
  });
  const publisher = await world.connect("p", STAYS);
  await publisher.sent(publish("t/1", "under way", 2));
  await away.sent({ cmd: "pubrec", messageId: 1 });
  await away.drop();
  const properties = { messageExpiryInterval: 1_000, userProperties: { a: "b" } };
  await publisher.sent(Object.assign(publish("t/2", "waits \u00e4 \0", 1, 2), { properties }));
  await publisher.sent(retained("kept", "value", 1, 3));
  await machine.stop(world);
}

function store(cwd: string, ...args: string[]): Promise<Outcome> {
  return inProcess(["store", ...args, "--config", "hookline.toml"], { cwd });
}

/** Runs `body` in a folder whose configuration names this store. */
function withStore(body: (dir: string, machine: Machine) => Promise<void>): () => Promise<void> {
  return () =>
    inTempDir(async (dir) => {
      using machine = new Machine();
      await furnished(machine);
      use(dir, machine.path);
      await body(dir, machine);
    });
}

function use(dir: string, path: string): void {
  Deno.writeTextFileSync(`${dir}/hookline.toml`, `store.path = ${JSON.stringify(path)}\n`);
}

Deno.test(
  "export, import and export again give the same, and a broker finds all of it",
  withStore(async (dir, machine) => {
    assert.equal((await store(dir, "export", "first.jsonl")).code, 0);
    const first = Deno.readTextFileSync(`${dir}/first.jsonl`);
    assert.equal((Deno.statSync(`${dir}/first.jsonl`).mode ?? 0) & 0o777, 0o600);
    Deno.removeSync(machine.path);
    const { code, stdout, stderr } = await store(dir, "import", "first.jsonl");
    assert.equal(stderr, "");
    assert.match(stdout, /has 2 sessions, 1 Retained Messages and 3 messages/);
    assert.equal(code, 0);
    assert.equal((await store(dir, "export", "-")).stdout, first);
    await using world = machine.start();
    const away = await world.connect("away", STAYS);
    assert.deepEqual(away.names(), ["connack", "pubrel 1", "publish 2"]);
    const newcomer = await world.connect("n");
    const kept = (await newcomer.subscribe("kept", 0)).at(-1);
    assert.equal(kept?.cmd === "publish" && String(kept.payload), "value");
  }),
);

Deno.test(
  "check tells what is in it, and what is wrong",
  withStore(async (dir, machine) => {
    const { code, stdout } = await store(dir, "check");
    assert.match(stdout, /session +2\n[^]*subscription +1\n[^]*retained +1\n[^]*\nAll good\.\n$/);
    assert.equal(code, 0);
    Deno.writeTextFileSync(machine.path, "no database at all".repeat(500));
    const damaged = await store(dir, "check");
    assert.match(damaged.stderr, /is damaged: file is not a database/);
    assert.equal(damaged.code, 1);
  }),
);

Deno.test(
  "a store that a broker has, that is missing, or that is full is left alone",
  withStore(async (dir, machine) => {
    assert.equal((await store(dir, "export", "all.jsonl")).code, 0);
    const again = await store(dir, "export", "all.jsonl");
    assert.match(again.stderr, /all\.jsonl cannot be written: .*exists/);
    const full = await store(dir, "import", "all.jsonl");
    assert.match(full.stderr, /is not empty; --force replaces/);
    assert.equal((await store(dir, "import", "all.jsonl", "--force")).code, 0);
    {
      await using world = machine.start();
      for (const args of [["check"], ["export", "more.jsonl"], ["import", "all.jsonl", "--force"]]) {
        const { code, stderr } = await store(dir, ...args);
        assert.match(stderr, new RegExp(`in use by another process, ${Deno.pid}`));
        assert.equal(code, 1);
      }
      await machine.stop(world);
    }
    use(dir, `${dir}/none.db`);
    assert.match((await store(dir, "export", "none.jsonl")).stderr, /there is no store .*none\.db/);
    use(dir, "memory");
    assert.match((await store(dir, "check")).stderr, /store\.path is "memory"/);
  }),
);

/** What is done to the lines of an export, the line that is told, and what of it. */
const WRONG: readonly (readonly [string, (lines: string[]) => string[], RegExp])[] = [
  ["nothing", () => [], /line 1: is empty/],
  ["no header", ([, ...rest]) => rest, /line 1: is no export of a store/],
  ["a newer one", ([, ...rest]) => ['{"hookline_store":99}', ...rest], /line 1: has version 99/],
  ["no JSON", (lines) => lines.with(2, "{"), /line 3: is no JSON/],
  ["an array", (lines) => lines.with(2, "[]"), /line 3: is no JSON object/],
  [
    "a strange table",
    (lines) => lines.with(2, '{"table":"users"}'),
    /line 3: table cannot be "users"; allowed: session/,
  ],
  [
    "a line twice",
    (lines) => lines.toSpliced(2, 0, lines[1] ?? ""),
    /line 3: UNIQUE constraint failed: session/,
  ],
  ["a missing session", (lines) => lines.toSpliced(1, 2), /there is no session \d+ before it/],
  [
    "a strange column",
    (lines) => lines.with(1, edit(lines[1], { admin: true })),
    /line 2: session has no "admin"/,
  ],
  [
    "a number as text",
    (lines) => lines.with(1, edit(lines[1], { node: "1" })),
    /line 2: node must be a whole number/,
  ],
  ["null", (lines) => lines.with(1, edit(lines[1], { client_id: null })), /line 2: client_id must be text/],
  [
    "a QoS of 3",
    (lines) => lines.map((line) => line.replace('"qos":2', '"qos":3')),
    /qos cannot be 3; allowed: 0 to 2/,
  ],
  [
    "no base64",
    (lines) => lines.map((line) => line.replace(/"payload":"[^"]*/, '"payload":"%')),
    /payload is no base64/,
  ],
  [
    "no JSON inside",
    (lines) => lines.map((line) => line.replace(/"opts":"{/, '"opts":"')),
    /opts is no JSON/,
  ],
];

function edit(line: string | undefined, change: object): string {
  return JSON.stringify({ ...JSON.parse(line ?? ""), ...change });
}

Deno.test(
  "an import says which line is wrong, and changes nothing",
  withStore(async (dir) => {
    const good = (await store(dir, "export", "-")).stdout;
    const lines = good.trimEnd().split("\n");
    for (const [what, damage, says] of WRONG) {
      Deno.writeTextFileSync(`${dir}/wrong.jsonl`, damage(lines).map((line) => `${line}\n`).join(""));
      const { code, stderr } = await store(dir, "import", "wrong.jsonl", "--force");
      assert.match(stderr, says, what);
      assert.match(stderr, /^hookline: wrong\.jsonl, line \d+: .*\. Nothing was imported\.\n$/, what);
      assert.equal(code, 1, what);
    }
    Deno.writeFileSync(`${dir}/wrong.jsonl`, Uint8Array.of(0xff, 10));
    assert.match((await store(dir, "import", "wrong.jsonl", "--force")).stderr, /line 1: is no UTF-8/);
    assert.equal((await store(dir, "export", "-")).stdout, good);
  }),
);
