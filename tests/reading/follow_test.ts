// tail's follow(): no line lost or given twice, whatever happens to the file.
import assert from "node:assert/strict";
import { join } from "node:path";
import { MAX_LINE_BYTES } from "../../src/reading/line.ts";
import { Following } from "./_following.ts";
import { inTempDir } from "../helpers/temp_dir.ts";

function append(path: string, text: string): void {
  Deno.writeTextFileSync(path, text, { append: true });
}

function inFile(body: (path: string) => Promise<void>): () => Promise<void> {
  return () => inTempDir((dir) => body(join(dir, "hook.log")));
}

Deno.test(
  "gives the last lines, then what is added",
  inFile(async (path) => {
    append(path, "1\n2\n3\n4\n");
    await using following = new Following(path, { lines: 2 });
    assert.deepEqual(await following.take(2), ["3", "4"]);
    append(path, "5\n");
    assert.deepEqual(await following.take(1), ["5"]);
    append(path, "6\n7\n");
    assert.deepEqual(await following.take(2), ["6", "7"]);
  }),
);

Deno.test(
  "gives no finished line when 0 lines are asked for",
  inFile(async (path) => {
    append(path, "1\n2\n3");
    await using following = new Following(path, { follow: false, lines: 0 });
    assert.deepEqual(await following.all(), ["3"]);
  }),
);

Deno.test(
  "goes on in the new file after a rename, with what was still written to the old one",
  inFile(async (path) => {
    append(path, "1\n");
    await using following = new Following(path);
    assert.deepEqual(await following.take(1), ["1"]);
    Deno.renameSync(path, `${path}.1`);
    append(`${path}.1`, "2\n");
    assert.deepEqual(await following.take(1), ["2"]);
    // As logrotate's `create`: the new file is there before its writer knows of it.
    Deno.writeTextFileSync(path, "");
    append(`${path}.1`, "3\n");
    assert.deepEqual(await following.take(1), ["3"]);
    append(`${path}.1`, "4\n");
    append(path, "5\n");
    assert.deepEqual(await following.take(2), ["4", "5"]);
    append(path, "6\n");
    assert.deepEqual(await following.take(1), ["6"]);
    assert.equal(following.notices.at(-1), `${path} was replaced; reading the new one.`);
  }),
);

Deno.test(
  "starts again at the beginning of a truncated file",
  inFile(async (path) => {
    append(path, "first\nsecond\n");
    await using following = new Following(path);
    await following.take(2);
    Deno.truncateSync(path);
    await following.noticed("was truncated");
    append(path, "third\n");
    assert.deepEqual(await following.take(1), ["third"]);
  }),
);

Deno.test(
  "gives a line only when it is finished, and then whole",
  inFile(async (path) => {
    append(path, "1\nhalf");
    await using following = new Following(path);
    assert.deepEqual(await following.take(1), ["1"]);
    append(path, " of it");
    append(path, ", all of it\n");
    assert.deepEqual(await following.take(1), ["half of it, all of it"]);
  }),
);

Deno.test(
  "forgets a torn line that its writer cuts off, and gives no line twice",
  inFile(async (path) => {
    append(path, "1\n2\ntorn");
    await using following = new Following(path);
    assert.deepEqual(await following.take(2), ["1", "2"]);
    Deno.truncateSync(path, 4);
    append(path, "3 is longer than what was torn\n");
    assert.deepEqual(await following.take(1), ["3 is longer than what was torn"]);
    assert.deepEqual(following.notices, []);
  }),
);

Deno.test(
  "waits for a file that does not exist and reads it from its beginning",
  inFile(async (path) => {
    await using following = new Following(path, { lines: 1 });
    await following.noticed("does not exist; waiting");
    append(path, "1\n2\n");
    assert.deepEqual(await following.take(2), ["1", "2"]);
  }),
);

Deno.test(
  "says that the file is gone, once, and reads the one that comes back",
  inFile(async (path) => {
    append(path, "1\n");
    await using following = new Following(path);
    await following.take(1);
    Deno.removeSync(path);
    await following.noticed("is gone");
    append(path, "2\n");
    assert.deepEqual(await following.take(1), ["2"]);
    assert.deepEqual(following.notices, [
      `${path} is gone; waiting for it to come back.`,
      `${path} is there; reading it.`,
    ]);
  }),
);

Deno.test(
  "gives the unfinished last line at the end when it does not follow",
  inFile(async (path) => {
    append(path, "1\n2\n3");
    await using following = new Following(path, { follow: false, lines: 1 });
    assert.deepEqual(await following.all(), ["2", "3"]);
  }),
);

Deno.test(
  "refuses a missing file when it does not follow, and a folder always",
  inFile(async (path) => {
    const stop = { follow: false };
    await assert.rejects(new Following(path, stop).all(), Deno.errors.NotFound);
    Deno.mkdirSync(path);
    await assert.rejects(new Following(path).all(), /hook\.log is a folder/);
  }),
);

Deno.test(
  "finds the last selected lines behind many blocks of others",
  inFile(async (path) => {
    const filler = Array.from({ length: 20_000 }, (_, i) => `other ${i}\n`).join("");
    append(path, `wanted 1\nwanted 2\nwanted 3\n${filler}`);
    await using following = new Following(path, {
      follow: false,
      lines: 2,
      selects: ({ text }) => text.startsWith("wanted"),
    });
    assert.deepEqual((await following.all()).slice(0, 2), ["wanted 2", "wanted 3"]);
  }),
);

Deno.test(
  "finds the last lines when lines and blocks end at the same byte",
  inFile(async (path) => {
    const block = `${"x".repeat(64 * 1024 - 1)}\n`;
    append(path, `first\n${block}${block}`);
    await using two = new Following(path, { follow: false, lines: 2 });
    assert.deepEqual((await two.all()).map((text) => text.length), [65_535, 65_535]);
    await using three = new Following(path, { follow: false, lines: 3 });
    assert.equal((await three.all())[0], "first");
  }),
);

Deno.test(
  "keeps only the beginning of a line past 1 MiB, found backwards or read forwards",
  inFile(async (path) => {
    append(path, `before\nbegin ${"x".repeat(2 * MAX_LINE_BYTES)}\n`);
    const seen: number[] = [];
    await using following = new Following(path, {
      lines: 2,
      selects: ({ text, bytes }) => {
        seen.push(text.length, bytes);
        return text.startsWith("begin ");
      },
    });
    await following.take(2);
    append(path, "2\n");
    await following.take(1);
    assert.deepEqual(seen.slice(0, 2), [MAX_LINE_BYTES, 2 * MAX_LINE_BYTES + 6]);
    assert.equal(following.lines[1]?.text.length, MAX_LINE_BYTES);
    assert.equal(following.lines[1]?.bytes, 2 * MAX_LINE_BYTES + 6);
    assert.equal(following.lines[2]?.text, "2");
  }),
);
