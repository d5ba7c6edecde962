// The files that are shipped, and the sample of RMQTT's documentation, load as they are.
import assert from "node:assert/strict";
import { LISTENER_DEFAULTS } from "../../src/broker/options.ts";
import { loadConfig } from "../../src/config/load.ts";
import { EVENT_NAMES } from "../../src/hooks/events.ts";
import { LISTENER_KINDS } from "../../src/listeners/options.ts";
import { env } from "./_load_texts.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const FIXTURES = "tests/config/fixtures";

Deno.test("etc/hookline.toml loads without a warning, finds its hooks file, and says the defaults", () => {
  const built = loadConfig({ cwd: ROOT, env });
  const config = loadConfig({ configFile: "etc/hookline.toml", cwd: ROOT, env });
  assert.deepEqual(config.warnings, []);
  assert.deepEqual(config.files, ["etc/hookline.toml", "etc/plugins/rmqtt-web-hook.toml"]);
  assert.deepEqual(config.listeners.map((listener) => ({ ...listener, name: "default" })), built.listeners);
  assert.deepEqual(config.broker, built.broker);
  assert.deepEqual(config.log, built.log);
});

Deno.test("etc/hookline.toml shows every key of a listener", () => {
  const text = Deno.readTextFileSync(`${ROOT}etc/hookline.toml`);
  const shown = text.split("[listener.tcp.external]")[1]?.match(/(?<=^#?)[a-z_]+(?= = )/gm) ?? [];
  const own = Object.values(LISTENER_KINDS).flatMap((rows) => Object.values(rows).map(({ key }) => key));
  assert.equal(new Set(shown).size, Object.keys(LISTENER_DEFAULTS).length + new Set(own).size);
});

Deno.test("etc/plugins/rmqtt-web-hook.toml writes all fifteen events to one file", () => {
  const { hooks, warnings } = loadConfig({ hooksFile: "etc/plugins/rmqtt-web-hook.toml", cwd: ROOT, env });
  const urls = ["file:./hook.log"];
  assert.deepEqual(
    hooks.rules,
    Object.fromEntries(EVENT_NAMES.map((event) => [event, [{ action: event, urls }]])),
  );
  assert.deepEqual(warnings, []);
});

Deno.test("etc/plugins/rmqtt-web-hook.toml bounds what its file takes on the disk", () => {
  const { hooks } = loadConfig({ hooksFile: "etc/plugins/rmqtt-web-hook.toml", cwd: ROOT, env });
  assert.deepEqual([hooks.file.maxSize, hooks.file.maxFiles], [104_857_600, 5]);
});

Deno.test("the commented keys of etc/plugins/rmqtt-web-hook.toml are all there are, with their defaults", () => {
  const text = Deno.readTextFileSync(`${ROOT}etc/plugins/rmqtt-web-hook.toml`).replace(
    /^#(?=[a-z_]+ = )/gm,
    "",
  );
  const readFile = (): Uint8Array => new TextEncoder().encode(text);
  const { hooks } = loadConfig({ hooksFile: "h.toml", cwd: ROOT, env, readFile });
  const built = loadConfig({ cwd: ROOT, env });
  const { mode, maxSize: _, ...sample } = hooks.file;
  assert.equal(mode, 0o640, "what the default is without a umask");
  const { http, packetIdType, redact, redactPayload } = built.hooks;
  // file_max_size is not commented out, and no default.
  const { maxSize: __, ...file } = built.hooks.file;
  assert.deepEqual([sample, hooks.http], [file, http]);
  assert.deepEqual(
    [hooks.packetIdType, hooks.redact, hooks.redactPayload],
    [packetIdType, redact, redactPayload],
  );
  const keys = text.match(/^[a-z_]+(?= = )/gm) ?? [];
  const options = Object.keys(hooks.file).length + Object.keys(hooks.http).length;
  assert.equal(keys.length, options + 4, "the options, urls and how lines are written");
});

Deno.test("the sample of RMQTT's documentation loads unchanged", () => {
  const { hooks, warnings } = loadConfig({ hooksFile: `${FIXTURES}/web_hook_sample.toml`, cwd: ROOT, env });
  const urls = ["file:///var/log/rmqtt/hook.log"];
  const events = EVENT_NAMES.filter((event) => event !== "offline_message");
  assert.deepEqual(Object.keys(hooks.rules).sort(), events.sort());
  assert.deepEqual(hooks.rules.client_connected, [
    { action: "client_connected", urls },
    { action: "client_connected_2", urls },
  ]);
  assert.deepEqual(hooks.rules.message_acked, [{
    action: "message_acked",
    topics: ["x/y/z", "foo/#"],
    urls,
  }]);
  assert.deepEqual(
    [hooks.http.timeout, hooks.http.retryMaxElapsed, hooks.http.retryMultiplier, hooks.http.concurrency],
    [8_000, 60_000, 2.5, 128],
  );
  assert.equal(hooks.http.queueCapacity, 300_000);
  assert.deepEqual(warnings, [
    `${FIXTURES}/web_hook_sample.toml:37: rule.client_connected[1].urls[0]: an empty URL is ignored`,
    `keys of RMQTT that Hookline has no use for are ignored: ${FIXTURES}/web_hook_sample.toml: worker_threads`,
  ]);
});
