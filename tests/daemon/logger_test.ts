// The daemon's own log.
import assert from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { type LoggerOptions, openLogger } from "../../src/daemon/logger.ts";
import { inTempDir } from "../helpers/temp_dir.ts";

const NOW = new Date(2026, 10, 24, 9, 5, 1, 42).getTime();

async function logged(
  options: Partial<LoggerOptions>,
  body: (logger: ReturnType<typeof openLogger>) => void,
): Promise<string> {
  let stderr = "";
  await using logger = openLogger({
    level: "info",
    to: "console",
    file: "/dev/null/no",
    format: "text",
    err: (text) => stderr += text,
    clock: { ...systemClock, now: () => NOW },
    ...options,
  });
  body(logger);
  return stderr;
}

Deno.test("writes local time, level, text and fields as text", async () => {
  const stderr = await logged({}, ({ log }) => {
    log("info", "listening on 127.0.0.1:1883", {
      listener: "default",
      clients: 3,
      name: "two words",
      empty: "",
    });
  });
  assert.equal(
    stderr,
    "2026-11-24 09:05:01.042 INFO  listening on 127.0.0.1:1883 " +
      'listener=default clients=3 name="two words" empty=""\n',
  );
});

Deno.test("writes one JSON object an entry, whose own keys no field replaces", async () => {
  const stderr = await logged(
    { format: "json" },
    ({ log }) => log("warn", "a\nb", { client: "x\ny", msg: "z" }),
  );
  assert.equal(stderr.indexOf("\n"), stderr.length - 1);
  assert.deepEqual(JSON.parse(stderr), {
    time: new Date(NOW).toISOString(),
    level: "warn",
    msg: "a\nb",
    client: "x\ny",
    msg_: "z",
  });
});

Deno.test("keeps hostile text within its line and off the terminal", async () => {
  const stderr = await logged({}, ({ log }) => {
    log("info", "client a\n2026 INFO  fake", { client: "\x1b[2J\u202ex\r\u009b", user: 'quo"te' });
  });
  assert.equal(stderr.split("\n").length, 2);
  // deno-lint-ignore no-control-regex -- control characters are what must not be there
  assert.doesNotMatch(stderr, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  assert.match(stderr, /client a\\n2026 INFO {2}fake client=\\x1b\[2J\\u\{202e\}x\\r\\x9b user="quo\\"te"/);
});

Deno.test("keeps what a terminal obeys out of JSON entries too", async () => {
  const stderr = await logged(
    { format: "json" },
    ({ log }) => log("info", "a\u009bb", { client: "\u0085\u2028" }),
  );
  assert.match(stderr, /"a\\u009bb","client":"\\u0085\\u2028"/);
});

Deno.test("leaves out what is below its level, and everything when off", async () => {
  const all = ({ log }: ReturnType<typeof openLogger>): void => {
    for (const level of ["error", "warn", "info"] as const) log(level, level);
  };
  const count = (text: string): number => text.split("\n").length - 1;
  assert.equal(count(await logged({ level: "warn" }, all)), 2);
  for (const level of ["info", "debug", "trace"] as const) {
    assert.equal(count(await logged({ level }, all)), 3, level);
  }
  assert.equal(count(await logged({ level: "off" }, all)), 0);
  assert.equal(count(await logged({ to: "off" }, all)), 0);
});

Deno.test("writes to a file in a folder it makes, and goes on in a new one after reopen", () =>
  inTempDir(async (dir) => {
    const file = join(dir, "log", "hookline.log");
    const stderr = await logged({ to: "file", file }, ({ log, reopen }) => {
      log("info", "one");
      Deno.renameSync(file, `${file}.1`);
      reopen();
      log("info", "two");
    });
    assert.equal(stderr, "");
    assert.match(Deno.readTextFileSync(`${file}.1`), /^2026-.* INFO {2}one\n$/);
    assert.match(Deno.readTextFileSync(file), /^2026-.* INFO {2}two\n$/);
  }));

Deno.test("writes to file and stderr alike when both are asked for", () =>
  inTempDir(async (dir) => {
    const file = join(dir, "hookline.log");
    const stderr = await logged({ to: "both", file }, ({ log }) => log("info", "one"));
    assert.match(stderr, /INFO {2}one\n$/);
    assert.equal(Deno.readTextFileSync(file), stderr);
  }));

Deno.test("logs to stderr, and says why once, when the file cannot be written", async () => {
  const stderr = await logged({ to: "file" }, ({ log }) => {
    log("info", "one");
    log("info", "two");
  });
  assert.match(stderr, /^hookline: the log file \/dev\/null\/no cannot be written; .*\n.*one\n.*two\n$/);
});
