// From URLs to sinks: which URLs are one place, which are refused and how, and what `check` learns of a file.
import assert from "node:assert/strict";
import { systemClock } from "../../src/base/clock.ts";
import { filePathOf } from "../../src/sinks/file/file_url.ts";
import { FILE_DEFAULTS } from "../../src/sinks/file/options.ts";
import { HTTP_DEFAULTS } from "../../src/sinks/http/options.ts";
import { openSinks, type SinkOptions, type SinkSet } from "../../src/sinks/open_sinks.ts";
import { probe } from "../../src/sinks/schemes.ts";
import { SinkError } from "../../src/sinks/sink.ts";
import { line, namesIn, numbersOf } from "./_lines.ts";
import { inTempDir } from "../helpers/temp_dir.ts";

function optionsFor(cwd: string): SinkOptions {
  return { cwd, file: FILE_DEFAULTS, http: HTTP_DEFAULTS, endpoints: new Map() };
}

function open(cwd: string, urls: string[]): SinkSet {
  return openSinks(urls, optionsFor(cwd), () => {}, systemClock);
}

const PATHS: readonly (readonly [url: string, path: string])[] = [
  ["file:///var/log/rmqtt/hook.log", "/var/log/rmqtt/hook.log"],
  ["file:/var/log/hook.log", "/var/log/hook.log"],
  ["file://localhost/var/hook.log", "/var/hook.log"],
  ["FILE:///var/hook.log", "/var/hook.log"],
  ["file:///var/./log/../hook.log", "/var/hook.log"],
  ["file:////var//hook.log", "/var/hook.log"],
  ["file:hook.log", "/home/me/hook.log"],
  ["file:./hook.log", "/home/me/hook.log"],
  ["file:../hook.log", "/home/hook.log"],
  ["file:logs/hook.log", "/home/me/logs/hook.log"],
  ["file:///a%20b/%E6%B8%A9%3F.log", "/a b/温?.log"],
  ["file:///a b.log", "/a b.log"],
];

for (const [url, path] of PATHS) {
  Deno.test(`file URL: ${url} is ${path}`, () => assert.equal(filePathOf(url, "/home/me"), path));
}

const REFUSED: readonly (readonly [url: string, why: RegExp])[] = [
  ["file:", /path is empty/],
  ["file://", /path is empty/],
  ["file:///", /path is empty/],
  ["file:///var/log/", /names a folder/],
  ["file:///var/log/..", /names a folder/],
  ["file:.", /names a folder/],
  ["file://server/share/hook.log", /on the host "server".*three slashes/],
  ["file://./hook.log", /write a relative path as file:\.\/name\.log/],
  ["file:///a%2Fb.log", /neither \/ \(%2F\) nor NUL/],
  ["file:///a%00b.log", /neither/],
  ["file:///a%zz.log", /% in it is not followed/],
  ["file:///a.log?x=1", /no query/],
  ["file:///a.log#x", /no fragment/],
  ["", /not a URL.*file:, http:, https:/],
  ["/var/log/hook.log", /not a URL/],
  ["ftp://host/a", /no sink for ftp: URLs; allowed are file:, http:, https:/],
];

for (const [url, why] of REFUSED) {
  Deno.test(`sinks: "${url}" is refused with its reason`, () => {
    assert.throws(
      () => open("/home/me", [url]),
      (error) => error instanceof SinkError && error.url === url && why.test(error.message),
    );
    assert.match(probe(url, optionsFor("/home/me"))?.sentence ?? "", why);
  });
}

Deno.test("sinks: all URLs of one path share one sink", () =>
  inTempDir(async (dir) => {
    const urls = [
      `file://${dir}/b.log`,
      `file://${dir}/./b.log`,
      "file:./b.log",
      "file:b.log",
      "file:%62.log",
    ];
    await using sinks = open(dir, [...urls, "file:c.log"]);
    for (const url of urls) assert.equal(sinks.get(url), sinks.get("file:b.log"));
    assert.notEqual(sinks.get("file:c.log"), sinks.get("file:b.log"));
    assert.deepEqual(sinks.status().map(({ url }) => url), [urls[0], "file:c.log"]);
  }));

Deno.test("sinks: flush, reopen and status reach every sink", () =>
  inTempDir(async (dir) => {
    await using sinks = open(dir, ["file:a.log", "file:b.log"]);
    sinks.get("file:a.log").append(line(0));
    sinks.get("file:b.log").append(line(1));
    sinks.flush();
    assert.deepEqual([`${dir}/a.log`, `${dir}/b.log`].map(numbersOf), [[0], [1]]);
    Deno.renameSync(`${dir}/b.log`, `${dir}/b.old`);
    sinks.reopen();
    assert.deepEqual(numbersOf(`${dir}/b.log`), []);
    assert.deepEqual(sinks.status().map(({ status }) => status.linesWritten), [1, 1]);
  }));

Deno.test("sinks: dispose writes the last lines of every sink", () =>
  inTempDir(async (dir) => {
    const sinks = open(dir, ["file:a.log"]);
    sinks.get("file:a.log").append(line(0));
    await sinks[Symbol.asyncDispose]();
    assert.deepEqual(numbersOf(`${dir}/a.log`), [0]);
  }));

Deno.test({
  name: "sinks: when one URL is refused, nothing that was opened stays open",
  // It is the sanitizer that fails when a file is left; Deno 2.9 has it off unless asked.
  sanitizeResources: true,
  fn: () =>
    inTempDir((dir) => {
      assert.throws(() => open(dir, ["file:a.log", "ftp://host/a"]), SinkError);
    }),
});

Deno.test("sinks: a URL that was not opened has no sink", () =>
  inTempDir(async (dir) => {
    await using sinks = open(dir, ["file:a.log"]);
    assert.throws(() => sinks.get("file:b.log"), SinkError);
  }));

Deno.test("probe: a file that could be made is fine, and neither it nor its folders are left behind", () =>
  inTempDir((dir) => {
    assert.equal(probe("file:a.log", optionsFor(dir)), undefined);
    assert.equal(probe("file:x/y/a.log", optionsFor(dir)), undefined);
    assert.deepEqual(namesIn(dir), []);
  }));

Deno.test("probe: a file that is there is fine and untouched", () =>
  inTempDir((dir) => {
    Deno.writeTextFileSync(`${dir}/a.log`, "torn");
    assert.equal(probe("file:a.log", optionsFor(dir)), undefined);
    assert.equal(Deno.readTextFileSync(`${dir}/a.log`), "torn");
  }));

Deno.test("probe: a folder, a device and a file in the place of a folder are named", () =>
  inTempDir((dir) => {
    Deno.mkdirSync(`${dir}/folder`);
    Deno.writeTextFileSync(`${dir}/file`, "");
    assert.match(
      probe("file:folder", optionsFor(dir))?.sentence ?? "",
      /folder cannot be written: it is not a regular file\.$/,
    );
    assert.match(probe("file:///dev/null", optionsFor(dir))?.sentence ?? "", /not a regular file/);
    assert.match(probe("file:file/a.log", optionsFor(dir))?.sentence ?? "", /file is not a folder\.$/);
  }));
