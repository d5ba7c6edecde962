// Password files: every form, what mosquitto_passwd writes, and mistakes that name their line and no secret.
import assert from "node:assert/strict";
import { scryptSync } from "node:crypto";
import { makeHash, parseHash } from "../../src/access/password_hash.ts";
import { parsePasswordFile } from "../../src/access/password_file.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { user } from "./_sources.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Whether `password` is the user's. */
async function isRight(file: string, name: string, password: string): Promise<boolean | undefined> {
  const parsed = parsePasswordFile(file);
  assert("users" in parsed, JSON.stringify(parsed));
  return await parsed.users.get(name)?.hash.verify(bytes(password));
}

function scryptLine(name: string, password: string): string {
  const salt = bytes("sixteen bytes ok");
  const hash = scryptSync(password, salt, 32, { N: 2 ** 10, r: 8, p: 1 });
  const plain = (it: Uint8Array): string => it.toBase64({ omitPadding: true });
  return `${name}:$scrypt$ln=10,r=8,p=1$${plain(salt)}$${plain(hash)}`;
}

for (const [form, flag] of [["$6$", "sha512"], ["$7$", "sha512-pbkdf2"]] as const) {
  Deno.test(`what mosquitto_passwd -H ${flag} writes is understood`, async () => {
    await using dir = await tempDir();
    const file = `${dir.path}/passwords`;
    const args = ["-H", flag, "-c", "-b", file, "alice", "wonderland"];
    const { success, stderr } = await new Deno.Command("mosquitto_passwd", { args }).output();
    assert(success, new TextDecoder().decode(stderr));
    const text = await Deno.readTextFile(file);
    assert(text.startsWith(`alice:${form}`), text);
    assert.equal(await isRight(text, "alice", "wonderland"), true);
    assert.equal(await isRight(text, "alice", "Wonderland"), false);
  });
}

Deno.test("a hash that we make is one that we understand, and no two are equal", async () => {
  const [one, other] = [await makeHash(bytes("käse")), await makeHash(bytes("käse"))];
  assert.notEqual(one, other);
  assert.equal(await isRight(`u:${one}`, "u", "käse"), true);
  assert.equal(await isRight(`u:${one}`, "u", ""), false);
});

Deno.test("scrypt in PHC form is understood", async () => {
  const file = scryptLine("carol", "seashore");
  assert.equal(await isRight(file, "carol", "seashore"), true);
  assert.equal(await isRight(file, "carol", "seashort"), false);
});

Deno.test("comments, empty lines, blanks and CRLF are passed over", async () => {
  const file = `# users\r\n\r\n  ${user("alice", "wonder").trim()}  \r\n#bob:x\r\n`;
  assert.equal(await isRight(file, "alice", "wonder"), true);
  assert.equal(await isRight(file, "bob", "x"), undefined);
});

Deno.test("every mistake is told with its line, and the hash is not", () => {
  const hash = "c2VjcmV0c2VjcmV0";
  const lines = [
    user("alice", "a").trim(),
    user("alice", "b").trim(),
    `:$6$${hash}$${hash}`,
    "nocolon",
    `bob:${hash}`,
    `carl:$7$0$${hash}$${hash}`,
    `dora:$6$${hash}$${hash}`,
    `emil:$argon2id$v=19$m=47104,t=1,p=1$${hash}$${hash}`,
    `fred:$scrypt$ln=30,r=8,p=1$${hash}$${hash}`,
    "gina:",
  ];
  const problems = parsePasswordFile(lines.join("\n"));
  assert(!("users" in problems));
  assert.deepEqual(problems.map(({ line }) => line), [2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.match(problems[0]?.text ?? "", /"alice" is there twice/);
  assert.match(problems[6]?.text ?? "", /"emil": argon2 is not available here: .*hookline passwd/);
  assert(!problems.some(({ text }) => text.includes(hash)));
});

Deno.test("the decoy has the form and cost of most users, and is nobody's", async () => {
  const file = [scryptLine("a", "x"), scryptLine("b", "y"), user("c", "z")].join("\n");
  const parsed = parsePasswordFile(file);
  assert("users" in parsed);
  assert.equal(parsed.decoy?.cost, parsed.users.get("a")?.hash.cost);
  assert.equal(await parsed.decoy?.verify(bytes("x")), false);
});

Deno.test("a hash that would take all memory is refused before it is tried", () => {
  assert.match(String(parseHash("$scrypt$ln=24,r=8,p=1$c2FsdHNhbHQ$c2VjcmV0c2VjcmV0c2VjcmV0")), /256 MiB/);
});
