// What an opened file's last line is made into, one row per kind of end that a crash or a human leaves.
import assert from "node:assert/strict";
import { RotatingFile } from "../../../src/sinks/lines/rotating_file.ts";
import { FILE_DEFAULTS } from "../../../src/sinks/file/options.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { line, textOf } from "../_lines.ts";
import { inTempDir } from "../../helpers/temp_dir.ts";

const NEXT = line(1);
const BLOCK = 64 * 1024;

interface Row {
  readonly name: string;
  readonly before: string;
  /** What stands before the next line afterwards. */
  readonly after: string;
  /** What the operator is told; absent: nothing. */
  readonly told?: RegExp;
}

const CUT = /torn by a crash.*cut off/;
const ENDED = /whole but for its newline/;
const CLOSED = /kept and closed off/;
const LONG = "x".repeat(BLOCK);

const ROWS: readonly Row[] = [
  { name: "an empty file", before: "", after: "" },
  { name: "a file that ends well", before: line(0), after: line(0) },
  { name: "a foreign file that ends well", before: "hello\n", after: "hello\n" },
  { name: "one byte of a line", before: line(0) + "{", after: line(0), told: CUT },
  { name: "a piece of the start", before: line(0) + '{"act', after: line(0), told: CUT },
  { name: "half a line", before: line(0) + line(0).slice(0, 30), after: line(0), told: CUT },
  {
    name: "a line without its last brace",
    before: line(0) + line(0).slice(0, -2),
    after: line(0),
    told: CUT,
  },
  { name: "half of a character", before: line(0) + '{"action":"\u00c3', after: line(0), told: CUT },
  { name: "a torn line alone", before: '{"action":"x', after: "", told: CUT },
  { name: "a whole line without newline", before: line(0).trimEnd(), after: line(0), told: ENDED },
  { name: "zeros of a power cut", before: line(0) + "\0".repeat(5000), after: line(0), told: CUT },
  {
    name: "a line that ends in zeros",
    before: line(0) + '{"action":"x' + "\0".repeat(90),
    after: line(0),
    told: CUT,
  },
  { name: "a start that ends in zeros", before: line(0) + '{"ac\0\0\0', after: line(0), told: CUT },
  { name: "foreign text", before: line(0) + "# note", after: line(0) + "# note\n", told: CLOSED },
  { name: "foreign JSON, torn", before: '{"other":1', after: '{"other":1\n', told: CLOSED },
  { name: "foreign JSON, whole", before: '{"other":1}', after: '{"other":1}\n', told: ENDED },
  {
    name: "a torn line longer than a block",
    before: line(0) + `{"action":"${LONG}`,
    after: line(0),
    told: CUT,
  },
  {
    name: "a whole line longer than several blocks",
    before: line(0) + line(2, LONG + LONG + LONG).trimEnd(),
    after: line(0) + line(2, LONG + LONG + LONG),
    told: ENDED,
  },
  {
    name: "a newline that is the last byte of a block",
    before: line(0) + '{"action":"'.padEnd(BLOCK, "y"),
    after: line(0),
    told: CUT,
  },
];

for (const { name, before, after, told } of ROWS) {
  Deno.test(`heal at open: ${name}`, () =>
    inTempDir(async (dir) => {
      const path = `${dir}/hook.log`;
      Deno.writeFileSync(
        path,
        name === "half of a character" ? latin1(before) : new TextEncoder().encode(before),
      );
      const notes = await openAndWrite(path);
      assert.equal(textOf(path), after + NEXT);
      assert.equal(notes.length, told === undefined ? 0 : 1);
      if (told !== undefined) assert.match(notes[0] ?? "", told);
    }));
}

Deno.test("heal at open: a tail too long to judge is kept and closed off, and not read into memory whole", () =>
  inTempDir(async (dir) => {
    const path = `${dir}/hook.log`;
    const size = 2 * 1024 ** 3;
    Deno.writeTextFileSync(path, '{"action":"');
    Deno.truncateSync(path, size);
    const notes = await openAndWrite(path);
    assert.match(notes[0] ?? "", CLOSED);
    assert.equal(Deno.statSync(path).size, size + 1 + NEXT.length);
  }));

async function openAndWrite(path: string): Promise<string[]> {
  const notes: string[] = [];
  const options = { ...FILE_DEFAULTS, ownStart: '{"action":"' };
  const file = new RotatingFile(path, options, (_level, text) => notes.push(text), new FakeClock());
  file.open();
  assert.equal(file.write(new TextEncoder().encode(NEXT)).error, undefined);
  await file.close();
  return notes;
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
