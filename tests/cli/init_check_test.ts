// `hookline init` and `hookline check`: the samples are good, and check tells what a configuration means.
import assert from "node:assert/strict";
import { join } from "node:path";
import { maskUrl } from "../../src/sinks/mask_url.ts";
import { EVENT_NAMES } from "../../src/hooks/events.ts";
import { inProcess, type Outcome, outsideProcess } from "./_io.ts";
import { inTempDir } from "../helpers/temp_dir.ts";

async function checkHooks(toml: string): Promise<Outcome & { cwd: string }> {
  let outcome: Outcome & { cwd: string } | undefined;
  await inTempDir(async (cwd) => {
    Deno.writeTextFileSync(join(cwd, "hooks.toml"), toml);
    outcome = { ...await inProcess(["check", "--offline", "--hooks", "hooks.toml"], { cwd }), cwd };
    assert.deepEqual([...Deno.readDirSync(cwd)].map(({ name }) => name), ["hooks.toml"]);
  });
  assert.ok(outcome);
  return outcome;
}

Deno.test("the program's samples pass its own check, and name every event", () =>
  inTempDir(async (dir) => {
    const made = await outsideProcess(["init"], dir);
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /hookline run --config etc\/hookline\.toml/);
    const checked = await outsideProcess(["check", "--offline", "--config", "etc/hookline.toml"], dir);
    assert.equal(checked.code, 0, checked.stderr);
    assert.equal(checked.stderr, "");
    for (const event of EVENT_NAMES) {
      assert.match(checked.stdout, new RegExp(`^  ${event} +${event} +(all|-) +file:`, "m"));
    }
    assert.match(checked.stdout, new RegExp(`ok, will make ${dir}/hook.log`));
  }));

const ANEW = "rm etc/hookline.toml etc/plugins/rmqtt-web-hook.toml && deno task hookline init etc";

Deno.test("init writes what etc/ of the project holds, into the folder it is given", () =>
  inTempDir(async (cwd) => {
    assert.equal((await inProcess(["init", "a/b"], { cwd })).code, 0);
    for (const name of ["hookline.toml", "plugins/rmqtt-web-hook.toml"]) {
      const sample = Deno.readTextFileSync(new URL(`../../etc/${name}`, import.meta.url));
      const made = Deno.readTextFileSync(join(cwd, "a/b", name));
      assert.equal(made, sample, `to write both files anew: ${ANEW}`);
      assert.deepEqual(made.split("\n").filter((line) => line.length > 110), []);
    }
  }));

Deno.test("init overwrites nothing, writes nothing then, and names what is there", () =>
  inTempDir(async (cwd) => {
    Deno.mkdirSync(join(cwd, "etc/plugins"), { recursive: true });
    Deno.writeTextFileSync(join(cwd, "etc/plugins/rmqtt-web-hook.toml"), "mine");
    const { code, stdout, stderr } = await inProcess(["init"], { cwd });
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /etc\/plugins\/rmqtt-web-hook\.toml exists already; nothing was written/);
    assert.equal(Deno.readTextFileSync(join(cwd, "etc/plugins/rmqtt-web-hook.toml")), "mine");
    assert.deepEqual([...Deno.readDirSync(join(cwd, "etc"))].map(({ name }) => name), ["plugins"]);
  }));

Deno.test("init does not write through a dangling link", () =>
  inTempDir(async (cwd) => {
    Deno.mkdirSync(join(cwd, "etc"));
    Deno.symlinkSync(join(cwd, "elsewhere"), join(cwd, "etc/hookline.toml"));
    assert.equal((await inProcess(["init"], { cwd })).code, 1);
    assert.throws(() => Deno.lstatSync(join(cwd, "elsewhere")), Deno.errors.NotFound);
  }));

Deno.test("check without files shows the built-in default", () =>
  inTempDir(async (cwd) => {
    const { code, stdout } = await inProcess(["check", "--offline"], { cwd });
    assert.equal(code, 0);
    assert.match(stdout, /built-in default, no file/);
    assert.match(stdout, /127\.0\.0\.1:1883 +yes .* this machine only/);
    assert.match(stdout, new RegExp(`ok, will make ${cwd}/hook\\.log`));
  }));

Deno.test("check shows one row for each event, rule and URL, with its topics", async () => {
  const { code, stdout, cwd } = await checkHooks(`
urls = ["file:./a.log", "file:./b.log"]
rule.client_connected = [{ action = "hello" }]
rule.message_publish = [{ topics = ["x/#", "y"] }, { action = "all", urls = ["file:./b.log"] }]
`);
  assert.equal(code, 0);
  const table = stdout.slice(stdout.indexOf("EVENT"), stdout.indexOf("\nFiles")).trimEnd().split("\n");
  assert.deepEqual(table.map((line) => line.trim().split(/ {2,}/)), [
    ["EVENT", "ACTION", "TOPICS", "URL"],
    ["client_connected", "hello", "-", "file:./a.log"],
    ["client_connected", "hello", "-", "file:./b.log"],
    ["message_publish", "message_publish", "x/#, y", "file:./a.log"],
    ["message_publish", "message_publish", "x/#, y", "file:./b.log"],
    ["message_publish", "all", "all", "file:./b.log"],
  ]);
  assert.match(stdout, new RegExp(`file:./a.log +ok, will make ${cwd}/a.log`));
});

Deno.test("check says which file cannot be written and ends with 1: run would start", async () => {
  const { code, stdout, stderr } = await checkHooks(`
urls = ["file:./hooks.toml/x.log"]
rule.client_connected = [{}]
`);
  assert.equal(code, 1);
  assert.match(stdout, /x\.log cannot be/);
  assert.match(stderr, /run would start, but 1 place takes nothing now/);
  assert.doesNotMatch(stdout, /All good/);
});

Deno.test("check tries the log file where the log goes to one", () =>
  inTempDir(async (cwd) => {
    const config = join(cwd, "hookline.toml");
    Deno.writeTextFileSync(config, 'log.to = "both"\nlog.dir = "logs"\n');
    const good = await inProcess(["check", "--offline", "--config", "hookline.toml"], { cwd });
    assert.equal(good.code, 0);
    assert.match(good.stdout, new RegExp(`log\\.file +ok, will make ${cwd}/logs/hookline\\.log`));
    Deno.writeTextFileSync(config, 'log.to = "file"\nlog.dir = "hookline.toml"\n');
    assert.equal((await inProcess(["check", "--offline", "--config", "hookline.toml"], { cwd })).code, 1);
  }));

Deno.test("check shows all errors with file, line and key, and ends with 78", async () => {
  const { code, stdout, stderr } = await checkHooks(
    'rule.clint_connected = [{}]\nurls = 5\nhttp_timeout = "x"\n',
  );
  assert.equal(code, 78);
  assert.equal(stdout, "");
  assert.match(
    stderr,
    /^hooks\.toml:1: .*client_connected.*\nhooks\.toml:2: urls: .*\nhooks\.toml:3: http_timeout: /,
  );
  assert.match(stderr, /3 errors in the configuration/);
});

Deno.test("of a file that is wrong in every line the first twenty errors are shown", () =>
  inTempDir(async (cwd) => {
    Deno.writeTextFileSync(join(cwd, "hookline.toml"), 'auth.password_file = "key.pem"\n');
    Deno.writeTextFileSync(join(cwd, "key.pem"), "x\n".repeat(1_000), { mode: 0o600 });
    const { code, stderr } = await inProcess(["check", "--config", "hookline.toml"], { cwd });
    assert.equal(code, 78);
    assert.equal(stderr.split("\n").length, 22);
    assert.match(stderr, /1000 errors in the configuration; the first 20 are shown\.\n$/);
  }));

Deno.test("check shows no secret of a URL", async () => {
  const { stdout, stderr } = await checkHooks(`
urls = ["https://bob:s3cret@example.com/hook?token=t0ken&x=v4lue"]
rule.client_connected = [{}]
`);
  assert.match(stdout, /https:\/\/\*\*\*:\*\*\*@example\.com\/hook\?token=\*\*\*&x=\*\*\*/);
  assert.doesNotMatch(stdout + stderr, /s3cret|t0ken|v4lue|bob/);
});

Deno.test("masks secrets and nothing else", () => {
  assert.equal(maskUrl("http://example.com"), "http://example.com");
  assert.equal(maskUrl("https://example.com:8443/a/b"), "https://example.com:8443/a/b");
  assert.equal(maskUrl("http://bob@example.com/?a"), "http://***:***@example.com/?a=***");
  assert.equal(maskUrl("file:///var/log/a@b.log"), "file:///var/log/a@b.log");
  assert.equal(maskUrl("//bob:x@nowhere?key=1"), "//***@nowhere?***");
});
