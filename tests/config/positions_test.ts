// Where keys stand in TOML of every form; and that no text which smol-toml accepts confuses the scanner.
import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "smol-toml";
import type { KeyPath } from "../../src/config/_key_path.ts";
import { Positions } from "../../src/config/_positions.ts";

type Row = readonly [what: string, text: string, path: KeyPath, line: number, column: number];

const PLACES: readonly Row[] = [
  ["a plain key", "a = 1\nb = 2\n", ["b"], 2, 1],
  ["a key that is indented", "a = 1\n  b = 2\n", ["b"], 2, 3],
  ["a key after CRLF", "a = 1\r\nb = 2\r\n", ["b"], 2, 1],
  ["a key after comments", "# a = 1\n\n# [t]\nb = 2 # c = 3\nc = 4", ["c"], 5, 1],
  ["a dotted key", "x = 1\na.b.c = 1\n", ["a", "b", "c"], 2, 1],
  ["the table of a dotted key", "x = 1\na.b.c = 1\na.d = 2\n", ["a"], 2, 1],
  ["a dotted key with spaces", "a . b  .c = 1\n", ["a", "b", "c"], 1, 1],
  ["a quoted key", '\n"a.b" = 1\n', ["a.b"], 2, 1],
  ["a quoted key with an escape", '\n"a\\u0041\\"" = 1\n', ['aA"'], 2, 1],
  ["a key in single quotes", "\n'a\\b' = 1\n", ["a\\b"], 2, 1],
  ["a table", "a = 1\n[t]\nb = 1\n", ["t"], 2, 1],
  ["a key of a table", "a = 1\n[t]\nb = 1\n", ["t", "b"], 3, 1],
  ["a key of a nested table", "[ t . u ] # [v]\nb = 1\n", ["t", "u", "b"], 2, 1],
  ["a table with a quoted name", '[t."u]"]\nb = 1\n', ["t", "u]", "b"], 2, 1],
  ["an array of tables", "[[t]]\na = 1\n[[t]]\na = 2\n", ["t", 1], 3, 1],
  ["a key of the second table of an array", "[[t]]\na = 1\n[[t]]\na = 2\n", ["t", 1, "a"], 4, 1],
  ["a table within an array of tables", "[[t]]\n[[t]]\n[t.u]\na = 2\n", ["t", 1, "u", "a"], 4, 1],
  [
    "arrays of tables within each other",
    "[[t]]\n[[t.u]]\n[[t]]\n[[t.u]]\n[[t.u]]\na=1\n",
    ["t", 1, "u", 1, "a"],
    6,
    1,
  ],
  ["an element without spaces", "a=[1,2]\n", ["a", 1], 1, 6],
  ["a key without spaces", 'a={b="c",d=1}\n', ["a", "d"], 1, 10],
  ["an element of an array", "a = [1, 2, 3]\n", ["a", 2], 1, 12],
  ["an element in a line of its own", "a = [\n  1, # one\n\n  2,\n]\nb = 1\n", ["a", 1], 4, 3],
  ["what follows an array", "a = [\n  1, # ]\n  2,\n]\nb = 1\n", ["b"], 5, 1],
  ["an element of a nested array", "a = [[1], [\n2, [3]]]\n", ["a", 1, 1, 0], 2, 5],
  ["a key of an inline table", "a = { b = 1, c.d = 2 }\n", ["a", "c", "d"], 1, 14],
  ["a key of an inline table over lines", "a = {\n  b = 1, # }\n  c = 2,\n}\nd = 1", ["a", "c"], 3, 3],
  ["what follows an inline table", "a = {\n  b = 1, # }\n  c = 2,\n}\nd = 1", ["d"], 5, 1],
  ["a rule's topic", 'rule.x = [{a = "]"}, {topics = [\n"a",\n"b"]}]\n', ["rule", "x", 1, "topics", 1], 3, 1],
  ["what follows a string with brackets", 'a = "[{#\\"" # "\nb = 1\n', ["b"], 2, 1],
  ["what follows a literal string", "a = 'x\\' # '\nb = 1\n", ["b"], 2, 1],
  ["what follows a multi-line string", 'a = """\nb = 1\n\\""" ""\n"""\nb = 1\n', ["b"], 5, 1],
  ["what follows a multi-line literal", "a = '''\nb = 1\n\\'''\nb = 1\n", ["b"], 4, 1],
  ["what follows a string that ends in quotes", 'a = """x"""""\nb = 1\n', ["b"], 2, 1],
  ["what follows an empty string", 'a = ""\nb = \'\'\nc = """"""\nd = 1\n', ["d"], 4, 1],
  ["what follows a date with a space", "a = 2026-11-24 09:05:01\nb = 1\n", ["b"], 2, 1],
  ["a key that is not there", "a = 1\n[t]\nb = 1\n", ["t", "nope", 3], 2, 1],
  ["nothing that is there", "a = 1\n", ["nope"], 1, 1],
  ["the whole file", "\n\na = 1\n", [], 1, 1],
];

for (const [what, text, path, line, column] of PLACES) {
  Deno.test(`finds ${what}`, () => {
    parse(text);
    assert.deepEqual(new Positions(text).at(path), { line, column });
  });
}

/** Each piece is a key with its value, or a header, in a form TOML allows; `@` stands for a name of its own. */
const VALUE = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom("1", "-0.5", "true", "inf", "0x1F", "1_000", "2026-11-24 09:05:01Z", "12:00:00"),
    fc.string({ maxLength: 8 }).map((text) => JSON.stringify(text).replaceAll("\x7f", "")),
    fc.constantFrom(
      "'a\"]#'",
      "'''\n'' ] }'''",
      '"""\n\\""" , } # \\\\"""',
      '""""a""""',
      '"""\\\n  x"""""',
      "''",
    ),
    fc.array(tie("value"), { maxLength: 4 }).map((list) => `[ ${list.join(" , # ]\n ")} ]`),
    fc.array(tie("value"), { maxLength: 3 }).map((list) =>
      `{${list.map((value, index) => ` k${index} . "a b" = ${value}`).join(" ,")} }`
    ),
  ),
})).value;

const KEY_FORM = fc.constantFrom("@", '"@"', "'@'", "@ . x", '@."y z".w', '"\\u0040@"');

const PIECE = fc.oneof(
  fc.tuple(KEY_FORM, VALUE).map(([key, value]) => `${key} = ${value} # end`),
  fc.constantFrom(
    "[@]",
    "[ @ . a ]",
    "[[@]]",
    "[[@]]\n[[@]]",
    "# comment",
    "",
    "[[@]]\n[@.a]\n[[@.b]]\n[[@.b]]",
  ),
);

Deno.test("places every key of generated TOML at a line that begins with it", () => {
  const text = fc.tuple(fc.array(PIECE, { maxLength: 12 }), fc.constantFrom("\n", "\r\n")).map((
    [pieces, end],
  ) =>
    pieces.map((piece, index) => `${piece.replaceAll("@", `n${index}`)}\n`).join("").replaceAll("\n", end)
  );
  fc.assert(
    fc.property(text, (toml) => {
      const data = parse(toml);
      const positions = new Positions(toml);
      const lines = toml.split("\n");
      visit(data, [], (path) => {
        const { line, column } = positions.at(path);
        const place = lines[line - 1]?.slice(column - 1) ?? "";
        const name = path.at(-1);
        // An element stands at its value, whose text is not known here; being below its key is what counts.
        if (typeof name === "string" && /^n\d+$/.test(name)) {
          assert.match(place, new RegExp(`^[["' ]*(\\\\u0040)?${name}\\b`));
        } else assert.ok(line >= positions.at(path.slice(0, 1)).line);
        assert.ok(place !== "", `${JSON.stringify(path)} is placed at nothing`);
      });
    }),
    { numRuns: 500 },
  );
});

Deno.test("ends without an error on any text", () => {
  const noise = fc.array(fc.constantFrom(..."[]{}=,.#\"'\\\n\r \ta1-_é", '"""', "'''", "[["), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(noise, (pieces) => {
      new Positions(pieces.join("")).at(["a", 0, "b"]);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("does not run out of stack or memory on deep nesting that smol-toml accepts", () => {
  const deep = `${"a.".repeat(200_000)}a = 1\nb = ${"[".repeat(900)}${"]".repeat(900)}\nc = 1\n`;
  parse(deep);
  assert.equal(new Positions(deep).at(["c"]).line, 3);
});

function visit(value: unknown, path: KeyPath, found: (path: KeyPath) => void): void {
  if (path.length > 0) found(path);
  if (typeof value !== "object" || value === null || value instanceof Date) return;
  const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [name, child] of entries) visit(child, [...path, name], found);
}
