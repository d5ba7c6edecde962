// The HTTP API's options: in the main file, in RMQTT's own file, and what is refused.
import assert from "node:assert/strict";
import { loadConfig } from "../../src/config/load.ts";
import type { HttpApiOptions } from "../../src/status/options.ts";
import type { Config } from "../../src/config/config.ts";
import { CWD, env, errorsOf, loadBroker, readFrom } from "./_load_texts.ts";

const PLUGIN = 'plugins.default_startups = ["rmqtt-http-api"]\n';

/** As RMQTT ships it, but for its address. */
const RMQTT = `
workers = 1
max_row_limit = 10_000
http_laddr = "127.0.0.1:6061"
http_request_log = false
#http_bearer_token = bearer_token
message_expiry_interval = "5m"
`;

/** Main file, and rmqtt-http-api.toml beside it. */
function load(main: string, plugin?: string): Config {
  const files = {
    [`${CWD}/etc/main.toml`]: main,
    [`${CWD}/hooks.toml`]: "",
    ...plugin !== undefined && { [`${CWD}/etc/plugins/rmqtt-http-api.toml`]: plugin },
  };
  const readFile = readFrom(files);
  return loadConfig({ configFile: "etc/main.toml", hooksFile: "hooks.toml", cwd: CWD, env, readFile });
}

const BUILT: HttpApiOptions = {
  hostname: "127.0.0.1",
  port: 6060,
  maxRowLimit: 10_000,
  requestLog: false,
  messageExpiry: 300_000,
  hosts: [],
  isWritten: false,
};

Deno.test("without a word of it: at 127.0.0.1:6060, and $SYS every ten seconds", () => {
  assert.deepEqual(loadBroker("").status, { sysInterval: 10_000, http: BUILT });
});

Deno.test("[http_api] in the main file, and off", () => {
  const { http } =
    loadBroker('[http_api]\nhttp_laddr = "0.0.0.0:80"\nhttp_bearer_token = "${NAME}"\nhttp_hosts = ["a"]\n')
      .status;
  assert.deepEqual(http, {
    ...BUILT,
    hostname: "0.0.0.0",
    port: 80,
    token: "value",
    hosts: ["a"],
    isWritten: true,
  });
  assert.equal(loadBroker("[http_api]\nenable = false\n").status.http, undefined);
  assert.equal(loadBroker('mqtt.sys_interval = "0"\n').status.sysInterval, 0);
});

Deno.test("RMQTT's rmqtt-http-api.toml is read as it is, where plugins.default_startups has it", () => {
  const { status, warnings } = load(PLUGIN, RMQTT);
  assert.deepEqual(status.http, { ...BUILT, port: 6061, isWritten: true });
  assert.deepEqual(warnings.slice(-1), [
    "keys of RMQTT that Hookline has no use for are ignored: etc/plugins/rmqtt-http-api.toml: workers",
  ]);
  assert.deepEqual(load("", RMQTT).status.http, BUILT, "a plugin that is not started is not read");
});

Deno.test("what is refused, with its place, and never with the token", async (t) => {
  const rows: readonly (readonly [what: string, load: () => unknown, place: string, says: RegExp])[] = [
    [
      "an open address without a token, as RMQTT ships it",
      () => load(PLUGIN, 'http_laddr = "0.0.0.0:6060"\n'),
      "etc/plugins/rmqtt-http-api.toml:1",
      /others reach 0\.0\.0\.0:6060: set http_bearer_token/,
    ],
    [
      "the same in the main file",
      () => load('[http_api]\nhttp_laddr = "[::]:6060"\n'),
      "etc/main.toml:2",
      /others reach \[::\]:6060/,
    ],
    [
      "the address of a listener",
      () => load('listener.tcp.a.addr = "127.0.0.1:1883"\n[http_api]\nhttp_laddr = "127.0.0.1:1883"\n'),
      "etc/main.toml:3",
      /127\.0\.0\.1:1883 is already the address of listener\.tcp\.a/,
    ],
    ["a plugin without its file", () => load(PLUGIN), "rmqtt-http-api.toml", /does not exist/],
    [
      "both",
      () => load(`${PLUGIN}[http_api]\nenable = true\n`, RMQTT),
      "etc/main.toml:2",
      /write it in one of the two/,
    ],
    ["an empty token", () => load('[http_api]\nhttp_bearer_token = ""\n'), "etc/main.toml:2", /a token/],
    [
      "a token that is none",
      () => load("[http_api]\nhttp_bearer_token = 471147\n"),
      "etc/main.toml:2",
      /found a number/,
    ],
    [
      "an unknown key",
      () => load('[http_api]\nhttp_ladr = "x"\n'),
      "etc/main.toml:2",
      /did you mean "http_laddr"/,
    ],
    [
      "hosts that are none",
      () => load("[http_api]\nhttp_hosts = 7\n"),
      "etc/main.toml:2",
      /array of host names/,
    ],
    [
      "too short an interval",
      () => load('mqtt.sys_interval = "10ms"\n'),
      "etc/main.toml:1",
      /from 1s to 1d, or 0/,
    ],
  ];
  for (const [what, attempt, place, says] of rows) {
    await t.step(what, () => {
      const [error] = errorsOf(attempt);
      assert(error?.message.includes(place), error?.message ?? "");
      assert.match(error?.message ?? "", says);
      assert(!error?.message.includes("471147"));
    });
  }
});
