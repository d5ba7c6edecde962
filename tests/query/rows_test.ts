// Lines as rows: a row holds what its line holds.
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { OpenLog } from "../../src/reading/open_log.ts";
import { KEYS } from "../../src/query/columns.ts";
import { EventsDatabase } from "../../src/query/events_database.ts";
import type { Loaded } from "../../src/query/load.ts";
import type { Cell } from "../../src/query/read_only.ts";
import { tempDir } from "../helpers/temp_dir.ts";

/** Loads a log of this text into a database that is kept, and gives its rows by name. */
async function rowsOf(text: string | Uint8Array): Promise<{ rows: Record<string, Cell>[]; loaded: Loaded }> {
  await using dir = await tempDir();
  const log = `${dir.path}/hook.log`;
  if (typeof text === "string") await Deno.writeTextFile(log, text);
  else await Deno.writeFile(log, text);
  using open = await OpenLog.open([log]);
  using database = EventsDatabase.open(`${dir.path}/q.db`, "all");
  const loaded = await database.load(open.files, undefined);
  using db = new DatabaseSync(`${dir.path}/q.db`, { readOnly: true });
  const all = db.prepare("SELECT * FROM events ORDER BY id");
  return { rows: all.all().map((row) => ({ ...row })) as Record<string, Cell>[], loaded };
}

/** What a value becomes in its column. */
function cellOf(key: string, value: unknown): Cell {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "object") return JSON.stringify(value);
  if (key === "packet_id" && typeof value === "string" && /^\d{0,6}$/.test(value)) {
    return value === "" ? null : Number(value);
  }
  if (typeof value !== "string") return value as number;
  // A lone surrogate is no text for SQLite, and U+0000 would end one.
  return value.includes("\0") ? new TextEncoder().encode(value) : value.toWellFormed();
}

const hostile = fc.oneof(
  fc.constantFrom(
    '"',
    "\\",
    '","action":"x',
    "a\nb",
    "\u0001\u007f",
    "\u2028",
    "é🚀",
    "a\0b",
    "\ud800",
    "",
    "__proto__",
    "null",
  ),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 12 }),
);
const value = fc.oneof(
  hostile,
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.maxSafeInteger(),
  // JSON has no -0.
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  // V8's JSON.parse remembers a key with a backslash, and takes the escape that looks like it for it.
  fc.dictionary(hostile.filter((key) => !key.includes("\\")), fc.array(hostile, { maxLength: 2 }), {
    maxKeys: 2,
  }),
);
const keys = KEYS.filter((key) => key !== "payload" && key !== "packet_id");

Deno.test("whatever a line holds, its row holds the same", async () => {
  const lines = fc.array(
    fc.array(fc.tuple(fc.constantFrom(...keys), value), { maxLength: 20 }).map((pairs) =>
      Object.fromEntries(pairs)
    ),
    { minLength: 1, maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(lines, async (events) => {
      const { rows } = await rowsOf(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
      assert.equal(rows.length, events.length);
      for (const [i, event] of events.entries()) {
        for (const key of keys) assert.deepEqual(rows[i]?.[key], cellOf(key, event[key]), key);
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("a payload is text where it is UTF-8, else bytes", async () => {
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    hostile.map((text) => new TextEncoder().encode(text)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(payload, { minLength: 1, maxLength: 30 }), async (payloads) => {
      const { rows } = await rowsOf(payloads.map((bytes) => `{"payload":"${bytes.toBase64()}"}\n`).join(""));
      for (const [i, bytes] of payloads.entries()) {
        const found = rows[i]?.["payload"];
        assert.deepEqual(typeof found === "string" ? new TextEncoder().encode(found) : found, bytes);
        assert.equal(typeof found === "string", isText(bytes));
      }
    }),
    { numRuns: 30 },
  );
});

function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return !bytes.includes(0);
  } catch {
    return false;
  }
}

Deno.test("what is no base64 stays as it is", async () => {
  const texts = ["not base64!", "YQ", "YR==", "a\0b", "YQ==", " YW\nJj", "YWJj", ""];
  const { rows } = await rowsOf(
    [...texts, 7].map((payload) => `${JSON.stringify({ payload })}\n`).join(""),
  );
  assert.deepEqual(rows.map(({ payload }) => payload), [
    ...texts.slice(0, 3),
    new TextEncoder().encode("a\0b"),
    "a",
    "abc",
    "abc",
    "",
    7,
  ]);
});

Deno.test("keys that no event has are kept together", async () => {
  const { rows } = await rowsOf('{"x":{"y":[1,"}"]},"action":"a","z":"\\n"}\n{"action":"b"}\n');
  assert.deepEqual(rows.map(({ other }) => other), ['{"x":{"y":[1,"}"]},"z":"\\n"}', null]);
});

Deno.test("only JSON objects are events; what is none is counted, and where the first one stands", async () => {
  const good = '{"action":"a"}';
  const bad = [
    "garbage",
    "[1]",
    "{",
    '{"action":"a"',
    '{"action":"a",}',
    '{"action":a}',
    '{"action" "a"}',
    '{"a":"\\q"}',
    '{"a":01}',
    '{"a":1.}',
    '{"a":-}',
    '{"a":[1}',
    '{"a":{"b":}}',
    '{"action":"a"}x',
    '{"action":"a"}{"action":"b"}',
    '{"a":"\u0001"}',
    "null",
    '{"a":tru}',
    '{"a":"\\u12"}',
  ];
  for (const text of bad) assert.throws(() => JSON.parse(text).action.length, text);
  const { rows, loaded } = await rowsOf(
    [good, ...bad, "", `  ${good}\r`].map((text) => `${text}\n`).join(""),
  );
  assert.equal(rows.length, 2);
  assert.equal(loaded.troubles[0]?.broken, bad.length);
  assert.equal(loaded.troubles[0]?.firstBroken, good.length + 1);
});

Deno.test("every line that RMQTT wrote is a row, and packet_id the same as in Hookline's form", async () => {
  const recorded = await Deno.readTextFile(
    fileURLToPath(new URL("../rmqtt/recorded_lines.txt", import.meta.url)),
  );
  const lines = recorded.split("\n").filter((line) => line.startsWith("{"));
  const { rows } = await rowsOf(`${lines.join("\n")}\n`);
  assert.ok(lines.length > 200);
  const events = lines.map((line) => JSON.parse(line));
  for (const [i, event] of events.entries()) {
    for (const key of keys) assert.deepEqual(rows[i]?.[key], cellOf(key, event[key]), key);
    assert.equal(rows[i]?.["other"], null, `line ${i}`);
  }
  const quoted = lines.map((line) =>
    line.replace(/"packet_id":(\d+)/, '"packet_id":"$1"').replace(/"packet_id":null/, '"packet_id":""')
  );
  const again = await rowsOf(`${quoted.join("\n")}\n`);
  assert.deepEqual(again.rows, rows);
  assert.ok(rows.some(({ packet_id }) => typeof packet_id === "number"));
});

Deno.test("bytes that are no UTF-8 become U+FFFD, and a line of megabytes is one row", async () => {
  const { rows } = await rowsOf(
    Uint8Array.from([...new TextEncoder().encode('{"topic":"'), 0xff, 0x22, 0x7d, 10]),
  );
  assert.equal(rows[0]?.["topic"], "\ufffd");
  const long = "x".repeat(3_000_000);
  const { rows: [only] } = await rowsOf(`{"payload":"${btoa(long)}","topic":"t"}\n`);
  assert.equal(only?.["payload"], long);
  assert.equal(only?.["topic"], "t");
});

Deno.test("ms is the line's own number, else its local time, in the zone that other lines teach", async () => {
  const at = Date.UTC(2026, 10, 24, 12, 0, 0, 5);
  const { rows } = await rowsOf(
    `{"created_at":${at},"time":"2026-11-24 17:30:00.005"}\n{"time":"2026-11-24 17:30:01.005"}\n{"time":"soon"}\n`,
  );
  assert.deepEqual(rows.map(({ ms }) => ms), [at, at + 1_000, null]);
});
