// `hookline passwd` as the real program: what becomes of the file, and of what is wrong.
import assert from "node:assert/strict";
import { join } from "node:path";
import { parsePasswordFile } from "../../src/access/password_file.ts";
import { hooklineCommand } from "../helpers/hookline.ts";
import type { Outcome } from "./_io.ts";
import { inTempDir } from "../helpers/temp_dir.ts";

async function passwd(cwd: string, args: readonly string[], input = ""): Promise<Outcome> {
  const { args: all, command } = hooklineCommand(["passwd", ...args]);
  const child = new Deno.Command(command, {
    args: all,
    cwd,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input)).catch(() => undefined); // it may have ended already
  await writer.close().catch(() => undefined);
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

async function isRight(file: string, user: string, password: string): Promise<boolean | undefined> {
  const parsed = parsePasswordFile(Deno.readTextFileSync(file));
  assert("users" in parsed);
  return await parsed.users.get(user)?.hash.verify(new TextEncoder().encode(password));
}

const modeOf = (path: string): number => (Deno.statSync(path).mode ?? 0) & 0o777;

Deno.test("a user is added, changed and deleted; comments and the order of lines stay", () =>
  inTempDir(async (cwd) => {
    const file = join(cwd, "passwords");
    assert.equal((await passwd(cwd, ["passwords", "alice", "--stdin"], "one two\n")).code, 0);
    assert.equal(modeOf(file), 0o600);
    assert.equal(await isRight(file, "alice", "one two"), true);
    Deno.writeTextFileSync(file, `# users\n${Deno.readTextFileSync(file)}\n# more\n`);
    assert.equal((await passwd(cwd, ["passwords", "bob", "--stdin"], "three")).code, 0);
    assert.equal((await passwd(cwd, ["passwords", "alice", "--stdin"], "four\r\nfive\n")).code, 0);
    const shape = Deno.readTextFileSync(file).split("\n").map((line) => line.split(":")[0]);
    assert.deepEqual(shape, ["# users", "alice", "", "# more", "bob", ""]);
    assert.deepEqual([await isRight(file, "alice", "four"), await isRight(file, "bob", "three")], [
      true,
      true,
    ]);
    const { code, stdout, stderr } = await passwd(cwd, ["passwords", "alice", "--delete"]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /alice is no user any more/);
    assert.equal(await isRight(file, "alice", "four"), undefined);
    assert.deepEqual([...Deno.readDirSync(cwd)].map(({ name }) => name), ["passwords"]);
  }));

Deno.test("a linked file is changed where it lies, and a file that its group may read stays so", () =>
  inTempDir(async (cwd) => {
    const file = join(cwd, "real");
    Deno.writeTextFileSync(file, "# users\n");
    Deno.chmodSync(file, 0o644);
    Deno.symlinkSync("real", join(cwd, "link"));
    assert.equal((await passwd(cwd, ["link", "alice", "--stdin"], "x")).code, 0);
    assert(Deno.lstatSync(join(cwd, "link")).isSymlink);
    assert.equal(await isRight(file, "alice", "x"), true);
    assert.equal(modeOf(file), 0o640);
  }));

const REFUSED: readonly (readonly [args: readonly string[], input: string, code: number, why: RegExp])[] = [
  [["passwords"], "", 64, /Which user of which file/],
  [["passwords", "a:b", "--stdin"], "x", 64, /no colon/],
  [["passwords", "#a", "--stdin"], "x", 64, /must not begin with #/],
  [["passwords", " a", "--stdin"], "x", 64, /blank/],
  [["passwords", "a\nb", "--stdin"], "x", 64, /control characters/],
  [["passwords", "alice"], "x\n", 64, /no terminal .* --stdin/],
  [["passwords", "alice", "--stdin"], "\n", 1, /empty password/],
  [["passwords", "alice", "--stdin"], "x".repeat(70_000), 1, /at most 65535 bytes/],
  [["passwords", "alice", "--delete"], "", 1, /has no user "alice"/],
  [["none/passwords", "alice", "--stdin"], "x", 1, /none\/passwords cannot be written/],
];

for (const [args, input, expected, why] of REFUSED) {
  Deno.test(`passwd ${JSON.stringify(args)} < ${JSON.stringify(input.slice(0, 9))} is refused`, () =>
    inTempDir(async (cwd) => {
      const { code, stderr } = await passwd(cwd, args, input);
      assert.equal(code, expected, stderr);
      assert.match(stderr, why);
      assert.deepEqual([...Deno.readDirSync(cwd)], []);
    }));
}

Deno.test("on a terminal it asks twice and shows nothing of what is typed", () =>
  inTempDir(async (cwd) => {
    const { command, args } = hooklineCommand(["passwd", "passwords", "alice"]);
    const line = [command, ...args].map((word) => `'${word}'`).join(" ");
    const child = new Deno.Command("script", {
      args: ["-qec", line, "/dev/null"],
      cwd,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    const type = (text: string): Promise<void> => writer.write(new TextEncoder().encode(text));
    let shown = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const before = shown;
      shown += text;
      if (!before.includes("alice: ") && shown.includes("alice: ")) await type("geheimx\x7f\r");
      if (!before.includes("again: ") && shown.includes("again: ")) await type("geheim\r");
      if (shown.includes("new password")) await writer.close().catch(() => undefined);
    }
    assert.equal((await child.status).code, 0, shown);
    assert(!shown.includes("geheim"), shown);
    assert.equal(await isRight(join(cwd, "passwords"), "alice", "geheim"), true);
  }));
