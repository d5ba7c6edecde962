// `hookline top` against the started program: on a terminal with keys, once for scripts, with tokens and without an answer.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { inProcess } from "../cli/_io.ts";
import { freePort } from "../helpers/free_port.ts";
import { Hookline, hooklineCommand } from "../helpers/hookline.ts";
import { MqttClient } from "../helpers/mqtt_client.ts";
import { Screen } from "../helpers/screen.ts";
import { inTempDir } from "../helpers/temp_dir.ts";

Deno.test("on a terminal it shows clients, topics and sinks, sorts, filters, resizes, and leaves all as it was", () =>
  inTempDir(async (cwd) => {
    await using broker = await Hookline.start({ cwd, http: true });
    await using meter = await MqttClient.connect(broker.url, 5, { clientId: "meter" });
    await using _reader = await MqttClient.connect(broker.url, 5, { clientId: "reader" });
    const { command, args } = hooklineCommand(["top", "--url", broker.httpUrl]);
    await using screen = Screen.run(command, args, { cwd });

    await screen.shows(/^Hookline .* ready [^]*\n\[clients\] .* 2\n[^]*in\/s▼[^]*\nmeter [^]*q quit/);
    equal(screen.lines.length, 24);
    await screen.type("\x1b[C"); // right
    await screen.shows(/out\/s▼/);
    await screen.type("\x1b[C");
    await screen.shows(/client▲[^]*\nmeter [^]*\nreader /);
    await screen.type("r");
    await screen.shows(/client▼[^]*\nreader [^]*\nmeter /);
    await screen.type("/ead");
    await screen.shows(/ 1 of 2 {2}filter: ead_\n[^]*\nreader /);
    ok(!screen.lines.some((line) => line.startsWith("meter")));
    await screen.type("\x1b");
    await screen.shows(/\[clients\] .* 2\n/);

    await screen.type("\t");
    await screen.shows(/\[topics\] .* 0\n/);
    await meter.publish("demo/t", "21.5", { qos: 1 });
    await screen.shows(/\ndemo\/t +1 +\S+ +4 B +21\.5\n/);
    await screen.type("3");
    await screen.shows(/\[sinks\][^]*hook\.log +ok /);
    await screen.resize(60, 12);
    await screen.shows(/^Hookline/);
    await screen.shows(/q quit {2}tab view {2}←→ sort {2}r reverse {2}\/ filter {2}↑↓ scr…|scroll$/);
    await screen.type("1");
    await screen.shows(/\nreader /);
    equal(screen.lines.length, 12);

    await screen.type("q");
    equal(await screen.end(), 0);
    ok(screen.output.includes("\x1b[?25h\x1b[?1049l"), "the cursor, and the screen from before");
  }));

Deno.test("what stops answering is told, and followed again when it is back", () =>
  inTempDir(async (cwd) => {
    const port = freePort();
    const config =
      `listener.tcp.default.addr = "127.0.0.1:0"\n[http_api]\nhttp_laddr = "127.0.0.1:${port}"\n`;
    const broker = await Hookline.start({ cwd, http: true, config });
    const { command, args } = hooklineCommand(["top", "--url", `http://127.0.0.1:${port}`]);
    await using screen = Screen.run(command, args, { cwd });
    await screen.shows(/ ready /);
    await broker.stop();
    await screen.shows(/\n! no answer: /);
    await using _again = await Hookline.start({ cwd, http: true, config });
    await screen.shows(/up \d+ s {2}ready [^!]*$/);
    await screen.type("\x03");
    equal(await screen.end(), 0);
  }));

Deno.test("--once prints a table, --once --json everything as one object", () =>
  inTempDir(async (cwd) => {
    await using broker = await Hookline.start({ cwd, http: true });
    await using meter = await MqttClient.connect(broker.url, 5, { clientId: "meter" });
    await meter.publish("demo/t", "1", { qos: 1, retain: true });
    const table = await inProcess(["top", "--once", "--url", broker.httpUrl]);
    deepEqual([table.code, table.stderr], [0, ""]);
    match(table.stdout, /^Hookline [^]*clients 1 [^]*\nmeter /);
    const json = await inProcess(["top", "--once", "--json", "--url", `${broker.httpUrl}/`]);
    const all = JSON.parse(json.stdout);
    equal(all.overview.clients, 1);
    deepEqual(all.clients.map(({ clientid }: { clientid: string }) => clientid), ["meter"]);
    equal(typeof all.rates.messages_received, "number");
    equal(all.sinks[0].state, "ok");
    equal(json.stdout.trim().split("\n").length, 1);
  }));

Deno.test("the token comes from a file or the environment; without it, it is told what to do", () =>
  inTempDir(async (cwd) => {
    await using broker = await Hookline.start({
      cwd,
      http: true,
      config: 'listener.tcp.default.addr = "127.0.0.1:0"\n' +
        '[http_api]\nhttp_laddr = "127.0.0.1:0"\nhttp_bearer_token = "open sesame"\n',
    });
    // The token goes to nobody else, whatever the environment names.
    const { command, args } = hooklineCommand(["top", "--once", "--json", "--url", broker.httpUrl]);
    const proxied = await new Deno.Command(command, {
      args,
      env: {
        HOOKLINE_TOKEN: "open sesame",
        HTTP_PROXY: "http://127.0.0.1:9",
        http_proxy: "http://127.0.0.1:9",
      },
    }).output();
    equal(proxied.code, 0, new TextDecoder().decode(proxied.stderr));
    const once = ["top", "--once", "--json", "--url", broker.httpUrl];
    await Deno.writeTextFile(`${cwd}/token`, "open sesame\n");
    const byFile = await inProcess([...once, "--token-file", "token"], { cwd });
    equal(byFile.code, 0, byFile.stderr);
    equal((await inProcess(once, { env: { HOOKLINE_TOKEN: "open sesame" } })).code, 0);
    const without = await inProcess(once);
    equal(without.code, 1);
    match(
      without.stderr,
      /the token is missing[^]*Put it in HOOKLINE_TOKEN, or in a file that --token-file names/,
    );
    const wrong = await inProcess(once, { env: { HOOKLINE_TOKEN: "sesame" } });
    match(wrong.stderr, /the token is wrong/);
    ok(!wrong.stderr.includes("open sesame"));
  }));

const WRONG: readonly (readonly [readonly string[], number, RegExp])[] = [
  [
    ["--once", "--url", "http://127.0.0.1:9"],
    1,
    /nothing answers at http:\/\/127\.0\.0\.1:9\/: [^]*--url names/,
  ],
  [["--once", "--url", "ftp://h/"], 64, /--url must be an http or https URL/],
  [["--once", "--url", "http://alice@h/"], 64, /without user and query/],
  [["--once", "--token-file", "none"], 1, /none cannot be read/],
  [["--json"], 64, /--json needs --once/],
  [[], 64, /top needs a terminal; --once prints/],
];

for (const [args, code, why] of WRONG) {
  Deno.test(`top ${args.join(" ")}: it is told what is wrong`, async () => {
    const outcome = await inProcess(["top", ...args]);
    equal(outcome.code, code);
    match(outcome.stderr, why);
    equal(outcome.stdout, "");
  });
}
