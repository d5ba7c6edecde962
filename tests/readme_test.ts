// README is walked from top to bottom in a fresh clone: each command as it stands there, in its order.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { EVENT_NAMES } from "../src/hooks/events.ts";
import { EXIT_MEANINGS } from "../src/cli/exit_code.ts";
import { Desk } from "./_desk.ts";
import { hooklineCommand } from "./helpers/hookline.ts";
import { hasMosquitto, NO_MOSQUITTO } from "./helpers/mosquitto.ts";
import { OwnNetwork } from "./helpers/own_network.ts";
import { tempDir } from "./helpers/temp_dir.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const README = await Deno.readTextFile(`${ROOT}README.md`);

/** The fenced blocks of one language. */
function blocks(language: string): string[] {
  return [...README.matchAll(new RegExp("^```" + language + "\\n(.*?)^```", "gms"))].map((m) => m[1] ?? "");
}

/** A command that takes too long, or too much, for the walk: CI runs it as README has it. */
const IN_CI = "in .ci/run";
type Step = (desk: Desk, line: string) => Promise<void>;

const OPENSSL =
  "openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=localhost -addext subjectAltName=DNS:localhost " +
  "-keyout gateway/key.pem -out gateway/cert.pem";
const MOSQUITTO_PUB =
  "mosquitto_pub -h localhost -p 8883 --cafile gateway/cert.pem -u alice -P 'open sesame' " +
  "-t demo/a -m hi -q 1";

/** Every command of README, and what someone who types it should see. */
const WALK: readonly (readonly [line: string, step: Step | typeof IN_CI])[] = [
  ["npx --yes deno@2.9.6 task start", async (desk, line) => {
    await desk.type(line).shows(/listening on 127\.0\.0\.1:1883/);
  }],
  ["npx --yes deno@2.9.6 task test", IN_CI],
  ["mosquitto_sub -t 'demo/#' -v", async (desk, line) => {
    const subscriber = desk.type(line);
    await desk.event("session_subscribed");
    await desk.run("mosquitto_pub -t demo/before -m there");
    await subscriber.shows(/^demo\/before there$/m);
  }],
  ["mosquitto_pub -t demo/a -m hi -q 1", async (desk, line) => {
    equal(await desk.run(line), "");
    // README's line is the one that this makes, but for what is another one each time.
    const shown = JSON.parse(blocks("jsonl")[0] ?? "");
    const found = (await desk.lines()).find(({ topic, action }) =>
      topic === shown.topic && action === "message_publish"
    ) ?? {};
    const changing = {
      from_ipaddress: /^127\.0\.0\.1:\d+$/,
      from_clientid: /^\S+$/,
      ts: /^\d{13}$/,
      time: /^.{23}$/,
    };
    for (const [key, pattern] of Object.entries(changing)) {
      match(String(shown[key]), pattern);
      match(String(found[key]), pattern);
      found[key] = shown[key];
    }
    // As text: the order of the keys is promised too.
    equal(JSON.stringify(found), JSON.stringify(shown));
  }],
  ["tail -F hook.log", async (desk, line) => {
    await desk.type(line).shows(/^\{"action":"message_publish",.*"topic":"demo\/a".*\}$/m);
  }],
  ["deno task hookline tail", async (desk, line) => {
    const tail = desk.type(line);
    await tail.shows(/message_publish .*demo\/a .* hi$/m);
    await desk.run("mosquitto_pub -t demo/b -m readable");
    await tail.shows(/message_publish .*demo\/b.* readable/);
    // "stop it with Ctrl-C"
    await desk.stop();
  }],
  ["deno task hookline init gateway", async (desk, line) => {
    match(await desk.run(line), /wrote gateway\/hookline\.toml/);
  }],
  [OPENSSL, async (desk, line) => {
    await desk.run(line);
  }],
  ["echo 'open sesame' | deno task hookline passwd gateway/passwords alice --stdin", async (desk, line) => {
    match(await desk.run(line), /alice has a new password/);
  }],
  ["printf 'user alice\\ntopic readwrite demo/#\\n' > gateway/acl", async (desk, line) => {
    equal(await desk.run(line), "");
  }],
  ["deno task hookline check --config gateway/hookline.toml", async (desk, line) => {
    // "Put these lines in place of what is in gateway/hookline.toml"
    await Deno.writeTextFile(`${desk.clone}/gateway/hookline.toml`, blocks("toml")[0] ?? "");
    match(await desk.run(line), /0\.0\.0\.0:8883 .* no .*the network[^]*password_file +1 user[^]*All good\./);
  }],
  ["deno task hookline run --config gateway/hookline.toml", async (desk, line) => {
    await desk.type(line).shows(/listening on 0\.0\.0\.0:8883/);
  }],
  [MOSQUITTO_PUB, async (desk, line) => {
    equal(await desk.run(line), "");
    // "Now Alice gets in, to demo/#, and nobody else does"
    const others = ["-u alice -P wrong", "-u bob -P 'open sesame'", ""];
    for (const other of others) {
      const stranger = line.replace("-u alice -P 'open sesame'", other);
      match(await desk.run(`${stranger} 2>&1 || true`), /not authori[sz]ed|bad user name or password/i);
    }
    await desk.run(line.replace("demo/a", "other/a"));
    const lines = (await desk.lines()).filter(({ action }) =>
      /^message_(publish|dropped)$/.test(String(action))
    );
    deepEqual(lines.slice(-2).map(({ action, topic }) => `${action} ${topic}`), [
      "message_publish demo/a",
      "message_dropped other/a",
    ]);
    equal(await desk.changes(), "", "no file of the clone was changed");
    await desk.stop();
  }],
  ["hookline init gateway", async (desk, line) => {
    match(await desk.run(line, desk.folder), /wrote gateway\/hookline\.toml/);
  }],
  ["hookline passwd gateway/passwords alice --delete", async (desk, line) => {
    await Deno.writeTextFile(`${desk.folder}/gateway/passwords`, "alice:$6$c2FsdA==$x\n");
    match(await desk.run(line, desk.folder), /alice is no user any more/);
  }],
  ["hookline check --config gateway/hookline.toml", async (desk, line) => {
    match(await desk.run(line, desk.folder), /All good\./);
  }],
  ["hookline run --config gateway/hookline.toml", async (desk, line) => {
    await desk.type(line, desk.folder).shows(/listening on 127\.0\.0\.1:1883/);
    await desk.run("mosquitto_pub -t demo/d -m one -q 1 && mosquitto_pub -t other/d -m two -q 1");
  }],
  ["hookline tail --no-follow --event message_publish --topic 'demo/#'", async (desk, line) => {
    const text = await desk.run(line, desk.folder);
    match(text, /message_publish .*demo\/d.* one\n/);
    ok(!text.includes("other/d") && !text.includes("client_connect"), text);
  }],
  [
    "hookline replay hook.log --to mqtt://localhost --prefix again/ --topic 'demo/#' --speed max",
    async (desk, line) => {
      match(
        await desk.run(line, desk.folder),
        /^sent 1 in .* acknowledged 1 of 1 with QoS 1 or 2, refused 0/,
      );
      match(await desk.run("grep again/demo/d hook.log", desk.folder), /"topic":"again\/demo\/d"/);
    },
  ],
  ["hookline redeliver spool/*/failed.jsonl --rate 100", async (desk, line) => {
    const endpoint = desk.type(`deno eval '${ENDPOINT}'`);
    await endpoint.shows(/^at \d+$/m);
    const port = /^at (\d+)$/m.exec(endpoint.text)?.[1];
    await Deno.mkdir(`${desk.folder}/spool/one`, { recursive: true });
    await Deno.writeTextFile(`${desk.folder}/spool/one/url`, `http://127.0.0.1:${port}/hook\n`);
    await Deno.writeTextFile(
      `${desk.folder}/spool/one/failed.jsonl`,
      '{"status":400,"answer":"no","attempts":7,"key":"k","event":{"action":"message_publish"}}\n',
    );
    match(await desk.run(line, desk.folder), /^sent 1, failed 0/);
    await endpoint.shows(/^\{"action":"message_publish"\}$/m);
  }],
  ['hookline query "SELECT topic, count, bytes, last FROM topics"', async (desk, line) => {
    equal(await desk.run(line, desk.folder), blocks("text")[1]);
  }],
  ["hookline report hook.log -o report.html", async (desk, line) => {
    match(await desk.run(line, desk.folder), /^wrote report\.html \(\d+ kB\): \d+ events\n$/);
  }],
  ["deno task conformance", IN_CI],
  ["deno task compile", IN_CI],
  ["deno task deb", IN_CI],
];

/** A web server that says where it is and what it got. */
const ENDPOINT = `Deno.serve({ port: 0, onListen: ({ port }) => console.log("at", port) },
  async (request) => (console.log(await request.text()), new Response()))`;

Deno.test("README is walked from top to bottom in a fresh clone", async (t) => {
  const commands = blocks("sh").flatMap((block) => block.trimEnd().replaceAll(" \\\n  ", " ").split("\n"));
  deepEqual(commands, WALK.map(([line]) => line));
  const ciLines = (await Deno.readTextFile(`${ROOT}.ci/run`)).split("\n");
  ok(await hasMosquitto(), NO_MOSQUITTO);
  await using dir = await tempDir();
  await using network = await OwnNetwork.open();
  await using desk = await Desk.at(dir.path, network.prefix);
  for (const [line, step] of WALK) {
    const went = await t.step(line, async () => {
      if (step === IN_CI) ok(ciLines.some((other) => other === line || other.startsWith(`${line} `)));
      else await step(desk, line);
    });
    if (!went) break; // what follows builds on it
  }
});

Deno.test("README's configuration loads", async () => {
  await using dir = await tempDir();
  const [, files = "", access = "", http = ""] = blocks("toml");
  await Deno.writeTextFile(`${dir.path}/files.toml`, files.replaceAll("/var/log", `${dir.path}/log`));
  await Deno.writeTextFile(`${dir.path}/http.toml`, http);
  const guards = {
    "rmqtt-acl": "",
    "rmqtt-auth-http": "",
    "rmqtt-auth-jwt": 'hmac_secret = "x"',
    "rmqtt-flapping": "",
  };
  await Deno.mkdir(`${dir.path}/plugins`);
  for (const [name, text] of Object.entries(guards)) {
    await Deno.writeTextFile(`${dir.path}/plugins/${name}.toml`, text);
  }
  const check = async (hooks: string): Promise<string> => {
    const { command, args } = hooklineCommand(
      withoutNetwork(["check", "--config", "hookline.toml", "--hooks", hooks]),
    );
    const env = { HOOK_TOKEN: "secret" };
    const { code, stdout, stderr } = await new Deno.Command(command, { args, cwd: dir.path, env }).output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    equal(code, 0, text);
    return text;
  };
  await Deno.writeTextFile(`${dir.path}/hookline.toml`, access);
  match(await check("files.toml"), /jwt +the token is the password/);
  await Deno.writeTextFile(`${dir.path}/hookline.toml`, "");
  match(await check("files.toml"), /message_publish +alarm +alarm\/\+/);
  const told = await check("http.toml");
  match(told, /message_publish +message_publish +all +https:\/\/example\.com\/hook/);
  ok(!told.includes("secret"));
});

Deno.test("README's error is the one that such a file gets", async () => {
  await using dir = await tempDir();
  const [shown = ""] = blocks("text");
  const wrong = /(\w+): unknown key/.exec(shown)?.[1];
  await Deno.writeTextFile(`${dir.path}/hookline.toml`, `\n[listener.tcp.external]\n${wrong} = 16\n`);
  const { command, args } = hooklineCommand(["check", "--config", "hookline.toml"]);
  const { code, stderr } = await new Deno.Command(command, { args, cwd: dir.path }).output();
  equal(code, 78);
  const told = new TextDecoder().decode(stderr);
  ok(told.includes(shown.trim()), told);
});

Deno.test("README's events are all there are, and its exit codes are those of the program", () => {
  for (const event of EVENT_NAMES) ok(README.includes(`\`${event}\``), `${event} is not in README`);
  for (const code of EXIT_MEANINGS.keys()) match(README, new RegExp(`Exit codes:.*\\b${code}\\b`));
});

/** The port of the samples may be another test's. */
function withoutNetwork(args: string[]): string[] {
  return args[0] === "check" ? [...args, "--offline"] : args;
}
