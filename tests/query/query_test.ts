// `hookline query` as it is asked: views, filters, formats, examples, and what it does not let through.
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { EVENT_NAMES } from "../../src/hooks/events.ts";
import { sinceOf } from "../../src/cli/since.ts";
import { EXAMPLES } from "../../src/query/examples.ts";
import { VIEW_NAMES } from "../../src/query/views.ts";
import { inProcess, type MemoryIoOptions, type Outcome } from "../cli/_io.ts";
import { tempDir } from "../helpers/temp_dir.ts";

const START = new Date(2026, 10, 24, 9, 5, 0).getTime();
const at = (seconds: number): { time: string; ms: number } => ({
  time: `2026-11-24 09:05:${String(seconds).padStart(2, "0")}.000`,
  ms: START + seconds * 1_000,
});
const client = (clientid: string): object => ({
  node: 1,
  ipaddress: "10.0.0.7:49152",
  clientid,
  username: "undefined",
});
const from = {
  from_node: 1,
  from_ipaddress: "10.0.0.7:49152",
  from_clientid: "p",
  from_username: "undefined",
};
const message = (topic: string, payload: string, packetId: string): object => ({
  dup: false,
  retain: false,
  qos: packetId === "" ? 0 : 1,
  topic,
  packet_id: packetId,
  payload: btoa(payload),
});

const EVENTS = [
  { action: "session_created", ...client("p"), created_at: at(0).ms, time: at(0).time },
  { action: "client_connected", ...client("p"), connected_at: at(0).ms, time: at(0).time },
  { action: "client_connected", ...client("s"), connected_at: at(1).ms, time: at(1).time },
  {
    action: "message_publish",
    ...from,
    ...message("room/a", '{"temp":20.5}', "7"),
    ts: at(2).ms,
    time: at(2).time,
  },
  {
    action: "message_delivered",
    ...from,
    ...client("s"),
    ...message("room/a", '{"temp":20.5}', "1"),
    pts: at(2).ms,
    ts: at(2).ms + 3,
    time: at(2).time,
  },
  {
    action: "message_acked",
    ...from,
    ...client("s"),
    ...message("room/a", '{"temp":20.5}', "1"),
    pts: at(2).ms,
    ts: at(2).ms + 10,
    time: at(2).time,
  },
  {
    action: "message_publish",
    ...from,
    ...message("room/a", '{"temp":21.5}', ""),
    ts: at(3).ms,
    time: at(3).time,
  },
  {
    action: "message_dropped",
    ...from,
    ...client("s"),
    ...message("room/a", "x", ""),
    reason: "MessageQueueFull",
    pts: at(3).ms,
    ts: at(3).ms,
    time: at(3).time,
  },
  {
    action: "message_publish",
    ...from,
    ...message("other", "\x1b[31m|red", ""),
    ts: at(4).ms,
    time: at(4).time,
  },
  {
    action: "offline_message",
    ...from,
    ...client("s"),
    ...message("room/b", "w", ""),
    pts: at(4).ms,
    ts: at(4).ms,
    time: at(4).time,
  },
  {
    action: "message_delivered",
    ...from,
    ...client("s"),
    ...message("room/b", "w", "2"),
    pts: at(4).ms,
    ts: at(6).ms,
    time: at(6).time,
  },
  {
    action: "client_disconnected",
    ...client("p"),
    disconnected_at: at(9).ms,
    reason: "Disconnect",
    time: at(9).time,
  },
  { action: "session_terminated", ...client("p"), reason: "Disconnect", time: at(9).time },
  { action: "session_terminated", ...client("old"), reason: "SessionExpiration", time: at(10).time },
];

async function ask(args: readonly string[], options: MemoryIoOptions = {}): Promise<Outcome> {
  await using dir = await tempDir();
  await Deno.writeTextFile(
    `${dir.path}/hook.log`,
    EVENTS.map((event) => `${JSON.stringify(event)}\n`).join(""),
  );
  return await inProcess(["query", ...args], { cwd: dir.path, ...options });
}

/** The rows of an answer. */
async function rows(...args: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await ask(["--json", ...args]);
  assert.equal(code, 0, stderr);
  return stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

Deno.test("clients, topics, sessions, latency and drops answer what they are for", async () => {
  assert.deepEqual(await rows("SELECT * FROM clients WHERE clientid <> 'old' ORDER BY clientid"), [
    { clientid: "p", first: at(0).time, last: at(9).time, connects: 1, messages: 3 },
    { clientid: "s", first: at(1).time, last: at(6).time, connects: 1, messages: 0 },
  ]);
  assert.deepEqual(await rows("SELECT topic, count, bytes, rate, last FROM topics WHERE topic = 'room/a'"), [
    { topic: "room/a", count: 2, bytes: 26, rate: 0.2, last: '{"temp":21.5}' },
  ]);
  assert.deepEqual(await rows("SELECT * FROM sessions ORDER BY ended"), [
    { clientid: "p", started: at(0).time, ended: at(9).time, reason: "Disconnect", seconds: 9 },
    { clientid: "old", started: null, ended: at(10).time, reason: "SessionExpiration", seconds: null },
  ]);
  assert.deepEqual(
    await rows("SELECT topic, clientid, delivered_ms, acked_ms FROM latency ORDER BY published"),
    [
      { topic: "room/a", clientid: "s", delivered_ms: 3, acked_ms: 10 },
      { topic: "room/b", clientid: "s", delivered_ms: 2_000, acked_ms: null },
    ],
  );
  assert.deepEqual(await rows("SELECT * FROM drops"), [
    { reason: "MessageQueueFull", count: 1, topics: 1, first: at(3).time, last: at(3).time },
  ]);
  assert.deepEqual(
    await rows("SELECT payload ->> '$.temp' AS temp FROM message_publish WHERE topic = 'room/a'"),
    [
      { temp: 20.5 },
      { temp: 21.5 },
    ],
  );
});

Deno.test("there is a view for every event", async () => {
  for (const event of EVENT_NAMES) assert.ok(VIEW_NAMES.includes(event), event);
  for (const view of VIEW_NAMES) {
    const expected = EVENTS.filter(({ action }) => action === view).length;
    const [{ n } = {}] = await rows(`SELECT count(*) AS n FROM ${view}`);
    if ((EVENT_NAMES as readonly string[]).includes(view)) assert.equal(n, expected, view);
  }
});

Deno.test("the ten examples are what --examples shows, and each has an answer", async () => {
  assert.equal(EXAMPLES.length, 10);
  const { stdout } = await ask(["--examples"]);
  for (const { question, sql } of EXAMPLES) {
    assert.ok(stdout.includes(`# ${question}\nhookline query "${sql.replaceAll("$", "\\$")}"\n`));
    assert.ok((await rows(sql)).length > 0 || question.includes("again and again"), question);
  }
});

Deno.test("--since, --event, --topic and --client narrow before loading", async () => {
  const count = async (...args: string[]): Promise<unknown> =>
    (await rows(...args, "SELECT count(*) AS n FROM events"))[0]?.["n"];
  assert.equal(await count(), EVENTS.length);
  assert.equal(await count("--event", "message_publish", "--event", "message_acked"), 4);
  assert.equal(await count("--topic", "room/+", "--client", "s"), 5);
  assert.equal(await count("--since", "2026-11-24 09:05:09"), 3);
  assert.equal(await count("--since", "2026-11-24"), EVENTS.length);
  assert.equal(sinceOf("1h", 5_000_000), 1_400_000);
  const { code, stderr } = await ask(["--since", "yesterday", "SELECT 1"]);
  assert.equal(code, 64);
  assert.match(stderr, /--since cannot be "yesterday"; allowed: how long ago, such as 90s/);
});

Deno.test("a table is aligned and no wider than the terminal; nothing in it steers one", async () => {
  const sql = "SELECT topic, count(*) AS n, payload FROM message_publish GROUP BY topic";
  const { stdout } = await ask([sql]);
  assert.equal(
    stdout,
    'topic   n  payload\n──────  ─  ─────────────\nother   1  \\x1b[31m|red\nroom/a  2  {"temp":20.5}\n',
  );
  const narrow = await ask([sql], { columns: 20, isTerminal: true });
  for (const line of narrow.stdout.split("\n")) assert.ok(line.length <= 20, line);
  assert.match(narrow.stdout, /room\/a +2 +\{"temp":…/);
  assert.equal((await ask(["--full", sql], { columns: 20 })).stdout, stdout);
});

Deno.test("CSV, JSON and Markdown quote what is their own", async () => {
  const sql = "SELECT 'a,\"b' AS x, payload, NULL AS none, 9007199254740993 AS big, x'00ff' AS bytes " +
    "FROM message_publish WHERE topic = 'other'";
  assert.equal(
    (await ask(["--csv", sql])).stdout,
    'x,payload,none,big,bytes\n"a,""b",\x1b[31m|red,,9007199254740993,0x00ff\n',
  );
  assert.equal(
    (await ask(["--json", sql])).stdout,
    '{"x":"a,\\"b","payload":"\\u001b[31m|red","none":null,"big":9007199254740993,"bytes":"0x00ff"}\n',
  );
  assert.match((await ask(["--markdown", sql])).stdout, /^\| a,"b \| \\\\x1b\\\[31m\\\|red \| {2}\|/m);
  assert.match((await ask(["--csv", sql], { isTerminal: true })).stdout, /,\\x1b\[31m\|red,/);
  assert.match((await ask(["--csv", "--json", sql])).stderr, /--csv and --json exclude each other/);
});

Deno.test("a long answer is given whole", async () => {
  const sql =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i FROM n";
  const { stdout } = await ask([sql]);
  assert.equal(stdout.trimEnd().split("\n").length, 5_002);
  assert.match(stdout, /\n5000\n$/);
});

Deno.test("a question changes nothing and reaches no other file", async () => {
  await using dir = await tempDir();
  await Deno.writeTextFile(`${dir.path}/hook.log`, `${JSON.stringify(EVENTS[0])}\n`);
  const other = `${dir.path}/other.db`;
  using db = new DatabaseSync(other);
  db.exec("CREATE TABLE secret (x)");
  const refused = [
    `ATTACH '${other}' AS o`,
    "DELETE FROM events",
    "UPDATE events SET action = 1",
    "DROP TABLE events",
    "CREATE TABLE t (x)",
    "CREATE TEMP TABLE t (x)",
    "INSERT INTO places VALUES (1, 2, 3)",
    "PRAGMA query_only = 0",
    "PRAGMA journal_mode = wal",
    "VACUUM",
    `VACUUM INTO '${dir.path}/out.db'`,
    "SELECT load_extension('x')",
    "BEGIN",
    "SELECT 1; DELETE FROM events",
    "SELECT payload ->> '$.x' FROM (SELECT '{' AS payload)",
    "SELEC 1",
    "",
  ];
  for (const sql of refused) {
    const { code, stderr, stdout } = await inProcess(["query", "--db", "q.db", sql], { cwd: dir.path });
    assert.equal(code, 1, sql);
    assert.equal(stdout, "", sql);
    assert.match(stderr, /^hookline: SQL: .+\.\n$/, sql);
  }
  const { stdout } = await inProcess(["query", "--db", "q.db", "--csv", "SELECT count(*) FROM events"], {
    cwd: dir.path,
  });
  assert.equal(stdout, "count(*)\n1\n");
  assert.deepEqual([...Deno.readDirSync(dir.path)].map(({ name }) => name).sort(), [
    "hook.log",
    "other.db",
    "q.db",
  ]);
});

Deno.test("nothing is left in the folder for temporary files", async () => {
  await using dir = await tempDir();
  const before = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", dir.path);
  try {
    assert.equal((await ask(["SELECT 1"])).code, 0);
    assert.equal((await ask(["SELECT nothing"])).code, 1);
  } finally {
    if (before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", before);
  }
  assert.deepEqual([...Deno.readDirSync(dir.path)], []);
});

Deno.test("SQL is asked for", async () => {
  const { code, stderr } = await ask([]);
  assert.equal(code, 64);
  assert.match(stderr, /Missing SQL/);
});
