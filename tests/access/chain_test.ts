// The chain as a whole: its order, certificates, logins that fail again and again, bans, and too much at once.
import assert from "node:assert/strict";
import { PasswordAuthenticator } from "../../src/access/auth_password.ts";
import { BoundedWork, TooBusy } from "../../src/access/bounded_work.ts";
import type { PasswordHash } from "../../src/access/password_hash.ts";
import { systemClock } from "../../src/base/clock.ts";
import { Reason } from "../../src/mqtt/reason_codes.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { settled, World } from "../broker/_world.ts";
import { codeOf, credentials, letIn } from "./_asking.ts";
import { doors } from "./_doors.ts";
import { SOURCES, user } from "./_sources.ts";

const PASSWORDS = user("alice", "wonder") + user("gate", "way");
const alice = credentials({ username: "alice", password: "wonder" });
const wrong = credentials({ username: "alice", password: "wrong" });

Deno.test("auth.order: who is asked first, and who is not asked at all", async () => {
  const jwt = 'hmac_secret = "x"';
  using passwordsFirst = doors({ passwords: PASSWORDS, jwt }, systemClock);
  assert.equal(await codeOf(passwordsFirst, alice), 0);
  assert.equal(await codeOf(passwordsFirst, wrong), Reason.BadUserNameOrPassword);
  using tokensFirst = doors({ passwords: PASSWORDS, jwt, order: ["jwt", "password_file"] }, systemClock);
  assert.equal(await codeOf(tokensFirst, alice), Reason.NotAuthorized);
  using tokensOnly = doors({ passwords: PASSWORDS, jwt, order: ["jwt"] }, systemClock);
  assert.equal(await codeOf(tokensOnly, alice), Reason.NotAuthorized);
});

Deno.test("a certificate vouches for its own names, and for no other", async () => {
  using access = doors({ passwords: PASSWORDS }, systemClock);
  const certificate = { commonName: "gate", subject: "CN=gate,O=Example" };
  const tries = [undefined, "gate", "CN=gate,O=Example", "alice"].map((username) =>
    codeOf(access, credentials({ certificate, username }))
  );
  assert.deepEqual(await Promise.all(tries), [0, 0, 0, Reason.BadUserNameOrPassword]);
  // Certificate or password on one port.
  assert.equal(await codeOf(access, { ...alice, certificate }), 0);
});

Deno.test("a right password is hashed once and then known, until it is another one", async () => {
  let hashes = 0;
  const hash: PasswordHash = {
    cost: "test",
    verify: (password) => {
      hashes++;
      return Promise.resolve(new TextDecoder().decode(password) === "right");
    },
    decoy: () => hash,
  };
  const file = (text: string) => ({ users: new Map([["u", { text, hash }]]), decoy: hash });
  const authenticator = new PasswordAuthenticator(file("one"), 1);
  const tryOut = async (password: string, username = "u"): Promise<unknown> =>
    await authenticator.authenticate(credentials({ username, password }));
  for (let i = 0; i < 3; i++) assert.notEqual(await tryOut("right"), "ignore");
  assert.equal(hashes, 1);
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(await tryOut("wrong"), { refusal: Reason.BadUserNameOrPassword });
  }
  assert.equal(hashes, 4, "a wrong one is hashed each time");
  for (let i = 0; i < 3; i++) assert.equal(await tryOut("right", "nobody"), "ignore");
  assert.equal(hashes, 7, "an unknown user costs the same");
  authenticator.file = file("two");
  await tryOut("right");
  assert.equal(hashes, 8, "another line in the file is another password");
});

Deno.test("only so many hashes run at once, and only so many wait", async () => {
  const work = new BoundedWork(2, 3);
  const ends: (() => void)[] = [];
  let running = 0;
  const pieces = Array.from({ length: 5 }, () =>
    work.run(() => {
      running++;
      return new Promise<void>((resolve) => ends.push(resolve)).finally(() => running--);
    }));
  await assert.rejects(work.run(() => Promise.resolve()), TooBusy);
  for (let left = 5; left > 0; left--) {
    assert.equal(running, Math.min(left, 2));
    ends.shift()?.();
    await settled();
  }
  await Promise.all(pieces);
  await work.run(() => Promise.resolve());
});

Deno.test("a client whose hash cannot even wait is told that the server is busy", async () => {
  const cheap = `$7$1$${new Uint8Array(12).toBase64()}$${new Uint8Array(64).toBase64()}`;
  using access = doors({ passwords: `u:${cheap}\n` }, systemClock);
  const asking = credentials({ username: "u", password: "y" });
  const codes = await Promise.all(Array.from({ length: 2_100 }, () => codeOf(access, asking)));
  assert.deepEqual(new Set(codes), new Set([Reason.BadUserNameOrPassword, Reason.ServerBusy]));
});

Deno.test("failed logins slow their address down, and nobody else", async () => {
  const clock = new FakeClock();
  using access = doors({ passwords: PASSWORDS }, clock);
  for (let i = 0; i < 3; i++) assert.equal(await codeOf(access, wrong), 0x86);
  let answered: number | undefined;
  const waiting = codeOf(access, wrong).then((code) => answered = code);
  await settled();
  assert.equal(answered, undefined);
  assert.equal(await codeOf(access, { ...wrong, address: "192.0.2.8:1" }), 0x86, "another address waits not");
  clock.advance(250);
  await waiting;
  assert.equal(answered, 0x86);
  const next = codeOf(access, alice).then((code) => answered = code);
  clock.advance(499);
  await settled();
  assert.equal(answered, 0x86, "it waits longer each time");
  clock.advance(1);
  await next;
  assert.equal(answered, 0);
  assert.equal(await codeOf(access, alice), 0, "whose password is known waits not");
  assert.equal(clock.timers, 0);
});

Deno.test("an address that tries faster than it may is turned away, and its logins that wait end with us", async () => {
  const clock = new FakeClock();
  const access = doors({ passwords: PASSWORDS }, clock);
  for (let i = 0; i < 3; i++) await codeOf(access, wrong);
  const codes = Array.from({ length: 100 }, () => codeOf(access, wrong));
  await settled();
  access[Symbol.dispose]();
  assert.deepEqual(new Set(await Promise.all(codes)), new Set([Reason.ServerBusy]));
  assert.equal(clock.timers, 0);
});

Deno.test("the slowing is forgotten after a while", async () => {
  const clock = new FakeClock();
  using access = doors({ passwords: PASSWORDS }, clock);
  for (let i = 0; i < 3; i++) await codeOf(access, wrong);
  clock.advance(10 * 60_000);
  assert.equal(await codeOf(access, wrong), 0x86);
});

const FLAPPING = `
allow_peerhosts = ["192.0.2.99"]
[by_clientid]
window_time = "1m"
max_count = 4
ban_time = "5m"
[by_peerhost]
max_count = 6
`;

Deno.test("who connects too often is banned for a time, and no longer for trying", async () => {
  const clock = new FakeClock();
  const log: string[] = [];
  using access = doors({ flapping: FLAPPING }, clock, (_, text) => void log.push(text));
  const asking = (clientId: string, address = "192.0.2.7:1") =>
    codeOf(access, credentials({ clientId, address, allowAnonymous: true }));
  for (let i = 0; i < 3; i++) assert.equal(await asking("a"), 0);
  assert.equal(await asking("a"), Reason.Banned);
  assert.equal(await asking("b"), 0);
  assert.equal(await asking("c"), Reason.Banned, "the sixth of its address");
  assert.equal(await asking("c", "192.0.2.8:1"), 0);
  for (let i = 0; i < 10; i++) assert.equal(await asking(`d${i}`, "192.0.2.99:1"), 0, "exempt");
  clock.advance(4 * 60_000);
  assert.equal(await asking("a", "192.0.2.9:1"), Reason.Banned);
  clock.advance(60_000);
  assert.equal(await asking("a", "192.0.2.9:1"), 0);
  assert.deepEqual(log, [
    'clientid "a" connects too often and is banned',
    'peerhost "192.0.2.7" connects too often and is banned',
  ]);
});

Deno.test("a flood of new names makes nobody forget a ban, and keeps nobody out", async () => {
  const clock = new FakeClock();
  using access = doors({ flapping: "max_track = 10\n[by_clientid]\nmax_count = 2" }, clock);
  const asking = (clientId: string) => codeOf(access, credentials({ clientId, allowAnonymous: true }));
  await asking("bad");
  assert.equal(await asking("bad"), Reason.Banned);
  for (let i = 0; i < 100; i++) assert.equal(await asking(`n${i}`), 0);
  assert.equal(await asking("bad"), Reason.Banned);
});

for (const version of [4, 5] as const) {
  Deno.test(`a banned client of version ${version} is refused with its code, and the line says Banned`, async () => {
    using access = doors({ flapping: "[by_clientid]\nmax_count = 1" }, new FakeClock());
    await using world = new World({}, {}, access);
    const [connack] = (await world.connect("a", { protocolVersion: version })).take();
    assert(connack?.cmd === "connack");
    assert.equal(version === 5 ? connack.reasonCode : connack.returnCode, version === 5 ? 0x8a : 5);
    assert.deepEqual(world.lines("client_connack").map((line) => line["conn_ack"]), ["Banned"]);
  });
}

Deno.test("a principal holds no password, and a name that is a placeholder stays a name", async () => {
  using access = doors(SOURCES.rules, systemClock);
  const client = await letIn(
    access,
    credentials({
      clientId: "%u",
      username: "own",
      password: "hunter2",
      address: "10.0.0.7:1",
      allowAnonymous: true,
    }),
  );
  assert.equal(client.mayPublish("own/%u/x", 0, false), true);
  assert.equal(client.mayPublish("own/own/x", 0, false), false);
  assert(!Deno.inspect(client, { depth: 9, showHidden: true }).includes("hunter2"));
});
