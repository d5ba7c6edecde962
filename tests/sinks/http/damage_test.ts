// Damaged spools: the sink starts, says what it found, skips only what cannot be read, and delivers the rest.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { line, upTo } from "../_lines.ts";
import { ok } from "../../helpers/http_endpoint.ts";
import { Setting } from "./_sink.ts";

interface Outcome {
  /** Events that arrive; default: 3 to 29. */
  readonly arrive?: readonly number[];
  /** Lines that are counted as lost. */
  readonly corrupt?: number;
  /** What the operator is told. */
  readonly told?: RegExp;
}

/** Harm is done in the folder of a spool: segments 1, 2 and 3 with the events 0-9, 10-19 and 20-29, 3 of them delivered. */
type Damage = readonly [what: string, harm: (folder: string) => void, outcome?: Outcome];

const ALL = upTo(30);
const REST = ALL.slice(3);
const without = (...lost: number[]): number[] => REST.filter((n) => !lost.includes(n));
const segment = (folder: string, number: number): string => `${folder}/0000000${number}.jsonl`;
const cursor = (folder: string, value: unknown): void =>
  Deno.writeTextFileSync(`${folder}/cursor.json`, typeof value === "string" ? value : JSON.stringify(value));

/** Changes the bytes of a segment. */
function edit(folder: string, number: number, change: (bytes: Uint8Array) => Uint8Array): void {
  Deno.writeFileSync(segment(folder, number), change(Deno.readFileSync(segment(folder, number))));
}

/** Where a line of a segment with ten starts. */
function startOf(bytes: Uint8Array, n: number): number {
  let at = 0;
  for (let i = 0; i < n; i++) at = bytes.indexOf(10, at) + 1;
  return at;
}

function join(...parts: (Uint8Array | string)[]): Uint8Array {
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

/** Puts something in the place of line `n` of the second segment; the newline stays. */
function replaceLine(n: number, by: Uint8Array | string): (folder: string) => void {
  return (folder) =>
    edit(folder, 2, (bytes) => {
      const start = startOf(bytes, n);
      return join(bytes.subarray(0, start), by, bytes.subarray(bytes.indexOf(10, start)));
    });
}

const DAMAGES: readonly Damage[] = [
  ["none", () => {}],
  ["no cursor", (f) => Deno.removeSync(`${f}/cursor.json`), { arrive: ALL, told: /cursor is missing/ }],
  ["an empty cursor", (f) => cursor(f, ""), { arrive: ALL, told: /cursor\.json cannot be used/ }],
  ["half a cursor", (f) => cursor(f, '{"segment":1,"off'), { arrive: ALL, told: /not JSON/ }],
  ["a cursor of zeros", (f) => cursor(f, "\0".repeat(64)), { arrive: ALL, told: /cannot be used/ }],
  ["a cursor of another program", (f) => cursor(f, [1, 2]), { arrive: ALL, told: /does not say where/ }],
  ["a cursor with numbers that are none", (f) => cursor(f, { segment: -1, offset: 1e300, done: "0" }), {
    arrive: ALL,
    told: /does not say where/,
  }],
  ["a cursor ahead of all segments", (f) => cursor(f, { segment: 9, offset: 5, done: 1, lines: {} }), {
    arrive: ALL,
    told: /where no line begins/,
  }],
  [
    "a cursor beyond the end of its segment",
    (f) => cursor(f, { segment: 2, offset: 1_000_000, done: 1, lines: {} }),
    { arrive: ALL.slice(10), told: /where no line begins/ },
  ],
  ["a cursor in the middle of a line", (f) => cursor(f, { segment: 2, offset: 7, done: 0, lines: {} }), {
    arrive: ALL.slice(10),
    told: /where no line begins/,
  }],
  ["a cursor into a segment that is gone, oldest of all", (f) => Deno.removeSync(segment(f, 1)), {
    arrive: ALL.slice(10),
    told: /where no line begins/,
  }],
  ["a cursor with wrong counts", (f) =>
    cursor(f, {
      segment: 1,
      offset: line(0).length,
      done: 7,
      segments: {
        1: 3,
        2: { bytes: 490, lines: 900 },
        3: { bytes: 1e6, lines: 0 },
        x: { bytes: -1, lines: 1 },
      },
    }), { arrive: ALL.slice(1) }],
  ["a gap in the segments", (f) => Deno.removeSync(segment(f, 2)), {
    arrive: [...ALL.slice(3, 10), ...ALL.slice(20)],
    told: /missing before 3/,
  }],
  ["an empty segment", (f) => edit(f, 2, () => new Uint8Array()), {
    arrive: without(...ALL.slice(10, 20)),
    corrupt: 10,
    told: /shorter than it was/,
  }],
  ["a last line torn by a crash", (f) => edit(f, 3, (bytes) => bytes.subarray(0, bytes.length - 9)), {
    arrive: without(29),
    corrupt: 1,
  }],
  ["a last line without its newline", (f) => edit(f, 3, (bytes) => bytes.subarray(0, bytes.length - 1))],
  [
    "a segment cut off in the middle of a line",
    (f) => edit(f, 2, (bytes) => bytes.subarray(0, startOf(bytes, 4) + 9)),
    { arrive: without(...ALL.slice(14, 20)), corrupt: 6, told: /could not be read/ },
  ],
  [
    "a tail of zeros after a power cut",
    (f) => edit(f, 3, (bytes) => join(bytes.subarray(0, startOf(bytes, 8)), new Uint8Array(4096))),
    { arrive: without(28, 29), corrupt: 1 },
  ],
  ["zeros in the middle", replaceLine(4, new Uint8Array(300)), {
    arrive: without(14),
    corrupt: 1,
    told: /could not be read and were skipped, the first at byte \d+/,
  }],
  ["bytes that are no UTF-8", replaceLine(4, Uint8Array.of(123, 34, 0xff, 0xfe, 125)), {
    arrive: without(14),
    corrupt: 1,
  }],
  ["a line that is no JSON", replaceLine(4, "{oops}"), { arrive: without(14), corrupt: 1 }],
  ["a line that is JSON and no event", replaceLine(4, "[1]"), { arrive: without(14), corrupt: 1 }],
  ["an empty line", replaceLine(4, ""), { arrive: without(14), corrupt: 1 }],
  ["two lines run together", replaceLine(4, `${line(14).slice(0, 20)}${line(99).trimEnd()}`), {
    arrive: without(14),
    corrupt: 1,
  }],
  ["a line of 65 MB", replaceLine(4, `{"action":"${"x".repeat(65 * 1024 * 1024)}"}`), {
    arrive: without(14),
    corrupt: 1,
  }],
  [
    "a folder in the place of a segment",
    (f) => (Deno.removeSync(segment(f, 2)), Deno.mkdirSync(`${segment(f, 2)}/x`, { recursive: true })),
    { arrive: without(...ALL.slice(10, 20)), told: /missing before 3/ },
  ],
  ["files of others", (f) => {
    for (
      const name of [
        "notes.txt",
        "1.jsonl",
        "00000000.jsonl",
        "000000001.jsonl",
        "99999999999999999999.jsonl",
      ]
    ) {
      Deno.writeTextFileSync(`${f}/${name}`, "not ours\n");
    }
  }],
  ["what a crash left of a cursor", (f) => Deno.writeTextFileSync(`${f}/cursor.json.tmp`, '{"segment":77')],
  ["no id", (f) => Deno.removeSync(`${f}/id`), { told: /id was missing or damaged/ }],
  ["an id of another program", (f) => Deno.writeTextFileSync(`${f}/id`, "../../etc"), {
    told: /id was missing or damaged/,
  }],
  [
    "a segment with the highest number of all",
    (f) => Deno.writeTextFileSync(`${f}/99999999.jsonl`, line(77)),
    { arrive: [...REST, 77], told: /missing before 99999999/ },
  ],
];

for (const [name, harm, { arrive = REST, corrupt = 0, told } = {}] of DAMAGES) {
  Deno.test(`a spool with ${name} is delivered, as far as it can be read`, async () => {
    await using it = await Setting.make({ concurrency: 1 });
    await makeSpool(it);
    it.reports.length = 0;
    it.endpoint.requests.length = 0;
    harm(it.folder);

    const sink = it.open();
    sink.append(line(100));
    sink.flush();
    await it.passUntil(() => sink.status().linesWritten === arrive.length + 1, "the rest arrives", 200);
    await it.passUntil(() => sink.status().linesWaiting === 0, "nothing waits", 200);
    assert.deepEqual(it.endpoint.lines.map((each) => (JSON.parse(each) as { n: number }).n), [
      ...arrive,
      100,
    ]);
    assert.deepEqual(sink.status().linesDropped, corrupt === 0 ? {} : { Corrupt: corrupt });
    const texts = it.reports.map(({ text }) => text).filter((text) =>
      !text.includes("of an earlier run wait in")
    ).join("\n");
    if (told !== undefined) assert.match(texts, told);
    else if (corrupt === 0) assert.equal(texts, "");
    await sink[Symbol.asyncDispose]();

    // What was found is dealt with: the next start has nothing to say, and nothing to send again.
    it.reports.length = 0;
    const again = it.open();
    await it.passUntil(() => again.status().linesWaiting === 0, "nothing waits", 200);
    assert.deepEqual(again.status().linesWritten, 0);
    assert.deepEqual(it.reports, []);
  });
}

/** Three segments of ten events, the first three of which were delivered; then the sink was closed. */
async function makeSpool(it: Setting): Promise<void> {
  it.endpoint.behave = (request) => it.endpoint.lines.length < 3 ? ok(request) : "never";
  const sink = it.open({ shutdownTimeout: 0 });
  for (const n of ALL) {
    sink.append(line(n));
    if (n % 10 !== 9) continue;
    sink.flush();
    sink.reopen();
  }
  await it.wait(() => it.endpoint.requests.length === 4, "three arrive, and the fourth hangs");
  const done = sink[Symbol.asyncDispose]();
  await it.passUntil(() => it.clock.timers === 0, "it is closed", 10);
  await done;
  it.endpoint.behave = ok;
}
