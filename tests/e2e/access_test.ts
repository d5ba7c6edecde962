// Doors and locks of the started program: files that decide on clients, their modes, and a reload of them.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Hookline } from "../helpers/hookline.ts";
import { mosquitto } from "../helpers/mosquitto.ts";
import { SocketClient } from "../helpers/socket_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

const CONFIG = `auth.password_file = "passwords"
acl.mosquitto_file = "acl"
listener.tcp.default.addr = "127.0.0.1:0"
`;

async function setPassword(file: string, user: string, password: string, create = false): Promise<void> {
  const flags = create ? ["-c", "-b"] : ["-b"];
  const { success } = await new Deno.Command("mosquitto_passwd", { args: [...flags, file, user, password] })
    .output();
  assert(success);
  await Deno.chmod(file, 0o600);
}

async function events(broker: Hookline, ...actions: readonly string[]): Promise<string[]> {
  const all = await broker.events();
  return all.filter((it) => actions.includes(String(it["action"]))).map((it) =>
    `${it["action"]} ${it["conn_ack"] ?? it["reason"] ?? it["topic"]}`
  );
}

Deno.test("a password file and an acl_file of Mosquitto decide, and what they refuse is in hook.log", async () => {
  await using dir = await tempDir();
  await setPassword(`${dir.path}/real`, "alice", "wonder", true);
  await Deno.symlink("real", `${dir.path}/passwords`);
  await Deno.writeTextFile(`${dir.path}/acl`, "user alice\ntopic readwrite a/#\n");
  await using broker = await Hookline.start({ cwd: dir.path, config: CONFIG });
  const alice = ["-u", "alice", "-P", "wonder", "-q", "1", "-m", "x"];
  await mosquitto("mosquitto_pub", broker.port, [...alice, "-t", "a/b"]);
  await mosquitto("mosquitto_pub", broker.port, [...alice, "-t", "b", "-V", "5"]);
  await mosquitto("mosquitto_pub", broker.port, ["-u", "alice", "-P", "wrong", "-t", "a/b", "-m", "x"], 4);
  await mosquitto("mosquitto_pub", broker.port, ["-t", "a/b", "-m", "x", "-V", "5"], 135);
  assert.deepEqual(await events(broker, "message_publish", "message_dropped", "client_connack"), [
    "client_connack Connection Accepted",
    "message_publish a/b",
    "client_connack Connection Accepted",
    "message_dropped NotAuthorized",
    "client_connack Connection Refused, bad user name or password",
    "client_connack Connection Refused, not authorized",
  ]);
  const lines = await Deno.readTextFile(`${dir.path}/hook.log`);
  assert(!lines.includes("wonder") && !lines.includes(btoa("wonder")), "a password is in the lines");
});

Deno.test("a reload takes new users and rules, or with one mistake nothing at all", async () => {
  await using dir = await tempDir();
  await setPassword(`${dir.path}/passwords`, "alice", "wonder", true);
  await Deno.writeTextFile(`${dir.path}/acl`, "user alice\ntopic a/#\nuser bob\ntopic a/#\n");
  await using broker = await Hookline.start({ cwd: dir.path, config: CONFIG });
  const { client } = await SocketClient.connect(broker.port, 5, {
    clientId: "sub",
    username: "alice",
    password: Buffer.from("wonder"),
  });
  await using _ = client;
  await client.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "a/b", qos: 0 }] });
  await client.expect("suback");
  await setPassword(`${dir.path}/passwords`, "bob", "builder");
  await Deno.writeTextFile(`${dir.path}/acl`, "user alice\ntopic wirte a/#\n");
  const refused = await broker.reload();
  assert(refused.some(({ msg }) => /acl:2: unknown access "wirte"; did you mean "write"\?/.test(msg)));
  await mosquitto("mosquitto_pub", broker.port, ["-u", "bob", "-P", "builder", "-t", "a/b", "-m", "x"], 4);
  await Deno.writeTextFile(`${dir.path}/acl`, "user alice\ntopic c/#\nuser bob\ntopic a/#\n");
  const said = (await broker.reload()).map(({ msg }) => msg);
  assert(said.some((msg) => /^access: changed: .*passwords, .*acl$/.test(msg)), said.join("\n"));
  assert(said.includes("access: new users: bob"), said.join("\n"));
  await mosquitto("mosquitto_pub", broker.port, ["-u", "bob", "-P", "builder", "-t", "a/b", "-m", "x"]);
  assert.deepEqual(await events(broker, "session_unsubscribed", "message_delivered"), [
    "session_unsubscribed a/b",
  ]);
  await new Deno.Command("sed", { args: ["-i", "/^alice/d", `${dir.path}/passwords`] }).output();
  await Deno.chmod(`${dir.path}/passwords`, 0o600);
  await broker.reload();
  const farewell = await client.expect("disconnect");
  assert.equal(farewell.reasonCode, 0x87);
});

Deno.test("a reload that names a password file sends those away who came without a password, wherever they listen", async () => {
  await using dir = await tempDir();
  const open = 'listener.tcp.default.addr = "127.0.0.1:0"\nlistener.tcp.moved.addr = "127.0.0.1:0"\n';
  await using broker = await Hookline.start({ cwd: dir.path, config: open });
  const ports = broker.log.flatMap(({ port }) => typeof port === "number" ? [port] : []);
  const clients = await Promise.all(
    ports.map((port, i) => SocketClient.connect(port, 5, { clientId: `n${i}` })),
  );
  await setPassword(`${dir.path}/passwords`, "alice", "wonder", true);
  const closed = `auth.password_file = "passwords"\n${
    open.replace('moved.addr = "127.0.0.1', 'moved.addr = "127.0.0.2')
  }`;
  await Deno.writeTextFile(`${dir.path}/hookline.toml`, closed);
  const said = await broker.reload();
  assert(said.some(({ msg }) => msg === "listener.tcp.default from here on: allow_anonymous = false"));
  // Told after the reload is.
  await until(
    () => broker.log.some(({ msg, gone }) => msg.startsWith("clients that may not be here") && gone === 2),
    "they are sent away",
  );
  for (const { client } of clients) {
    await using _ = client;
    assert.equal((await client.expect("disconnect")).reasonCode, 0x87);
  }
});

Deno.test("a plugin's file with a secret that others may read is told; one whose secret is a variable is not", async () => {
  await using dir = await tempDir();
  await Deno.mkdir(`${dir.path}/plugins`);
  const config = `plugins.default_startups = ["rmqtt-auth-jwt"]\nlistener.tcp.default.addr = "127.0.0.1:0"\n`;
  for (const secret of ["open", "${SECRET}"]) {
    const file = `${dir.path}/plugins/rmqtt-auth-jwt.toml`;
    await Deno.writeTextFile(file, `hmac_secret = "${secret}"\n`);
    await Deno.chmod(file, 0o644);
    await using broker = await Hookline.start({ cwd: dir.path, config, env: { SECRET: "open" } });
    const told = broker.log.filter(({ msg }) =>
      /auth-jwt\.toml: holds a secret, and may be read by/.test(msg)
    );
    assert.equal(told.length, secret === "open" ? 1 : 0);
  }
});

Deno.test("files that others may write are refused, and those that others may read are told", async () => {
  await using dir = await tempDir();
  await setPassword(`${dir.path}/passwords`, "alice", "wonder", true);
  await Deno.writeTextFile(`${dir.path}/acl`, "topic a\n");
  await Deno.chmod(`${dir.path}/passwords`, 0o644);
  await using broker = await Hookline.start({ cwd: dir.path, config: CONFIG });
  assert(
    broker.log.some(({ level, msg }) => level === "warn" && /passwords may be read by every user/.test(msg)),
  );
  await Deno.chmod(`${dir.path}/acl`, 0o666);
  const said = await broker.reload();
  assert(said.some(({ msg }) => /acl\.mosquitto_file: .*acl may be written by every user/.test(msg)));
});

Deno.test("RMQTT's plugins of the doors are read from plugins.dir, where they are started", async () => {
  await using dir = await tempDir();
  await Deno.mkdir(`${dir.path}/plugins`);
  await Deno.writeTextFile(
    `${dir.path}/plugins/rmqtt-acl.toml`,
    'rules = [["deny", "all", "publish", ["secret/#"]], ["allow", "all"]]\n',
  );
  await Deno.writeTextFile(
    `${dir.path}/plugins/rmqtt-auth-jwt.toml`,
    'hmac_secret = "rmqttsecret"\nvalidate_claims.clientid = "${clientid}"\n',
  );
  const config = 'plugins.default_startups = ["rmqtt-acl", "rmqtt-auth-jwt"]\n' +
    'listener.tcp.default.addr = "127.0.0.1:0"\n';
  await using broker = await Hookline.start({ cwd: dir.path, config });
  // {"clientid":"dev"}, HS256
  const { SignJWT } = await import("jose");
  const token = await new SignJWT({ clientid: "dev" }).setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode("rmqttsecret"));
  const with_ = (id: string): string[] => ["-i", id, "-u", "x", "-P", token, "-q", "1", "-m", "x", "-V", "5"];
  await mosquitto("mosquitto_pub", broker.port, [...with_("dev"), "-t", "secret/x"]);
  await mosquitto("mosquitto_pub", broker.port, [...with_("other"), "-t", "t"], 135);
  assert.deepEqual(await events(broker, "message_publish", "message_dropped"), [
    "message_dropped NotAuthorized",
  ]);
});
