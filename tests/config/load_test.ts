// Which files are read, what serves in place of those that are not there, and how all errors come at once.
import assert from "node:assert/strict";
import { join } from "node:path";
import { brokerDefaults, LISTENER_DEFAULTS } from "../../src/broker/options.ts";
import { ConfigErrors } from "../../src/config/config_error.ts";
import { loadConfig } from "../../src/config/load.ts";
import { EVENT_NAMES } from "../../src/hooks/events.ts";
import { FILE_DEFAULTS } from "../../src/sinks/file/options.ts";
import { HTTP_DEFAULTS } from "../../src/sinks/http/options.ts";
import { CWD, env, errorsOf, readFrom } from "./_load_texts.ts";

const ONE_RULE = 'urls = ["file:///a"]\nrule.client_connect = [{}]\n';

Deno.test("without any file, one local listener serves and every event goes to ./hook.log", () => {
  const config = loadConfig({ cwd: "/a folder/ü", env, readFile: readFrom({}) });
  assert.deepEqual(config.listeners, [
    {
      kind: "tcp",
      name: "default",
      place: { hostname: "127.0.0.1", port: 1883 },
      nodelay: true,
      options: LISTENER_DEFAULTS,
    },
  ]);
  const urls = ["file:///a%20folder/%C3%BC/hook.log"];
  assert.equal(EVENT_NAMES.length, 15);
  assert.deepEqual(
    config.hooks.rules,
    Object.fromEntries(EVENT_NAMES.map((event) => [event, [{ action: event, urls }]])),
  );
  assert.deepEqual(config.broker, brokerDefaults());
  assert.deepEqual(config.hooks.file, FILE_DEFAULTS);
  assert.deepEqual(config.hooks.http, { ...HTTP_DEFAULTS, spoolDir: "/a folder/ü/spool" });
  assert.equal(config.hooks.endpoints.size, 0);
  assert.deepEqual(config.log, { level: "info", to: "console", file: "/a folder/ü/hookline.log" });
  assert.deepEqual([config.warnings, config.files], [[], []]);
  assert.equal(config.mainFile, undefined);
});

Deno.test("with --hooks alone, the default broker serves with the rules of the file", () => {
  const config = loadConfig({
    hooksFile: "h.toml",
    cwd: CWD,
    env,
    readFile: readFrom({ [`${CWD}/h.toml`]: ONE_RULE }),
  });
  assert.equal(config.listeners[0]?.name, "default");
  assert.deepEqual(config.hooks.rules, {
    client_connect: [{ action: "client_connect", urls: ["file:///a"] }],
  });
  assert.deepEqual(config.files, ["h.toml"]);
});

Deno.test("plugins.dir is looked for beside the configuration file first", () => {
  const readFile = readFrom({
    [`${CWD}/etc/main.toml`]: 'plugins.dir = "plug/"',
    [`${CWD}/etc/plug/rmqtt-web-hook.toml`]: ONE_RULE,
    [`${CWD}/plug/rmqtt-web-hook.toml`]: "broken",
  });
  const config = loadConfig({ configFile: "etc/main.toml", cwd: CWD, env, readFile });
  assert.deepEqual(config.files, ["etc/main.toml", "etc/plug/rmqtt-web-hook.toml"]);
  assert.equal(config.mainFile, "etc/main.toml");
  assert.deepEqual(Object.keys(config.hooks.rules), ["client_connect"]);
});

Deno.test("plugins.dir is looked for in the working directory next", () => {
  const readFile = readFrom({
    [`${CWD}/etc/main.toml`]: 'plugins.dir = "plug"',
    [`${CWD}/plug/rmqtt-web-hook.toml`]: ONE_RULE,
  });
  const config = loadConfig({ configFile: "etc/main.toml", cwd: CWD, env, readFile });
  assert.deepEqual(config.files, ["etc/main.toml", "plug/rmqtt-web-hook.toml"]);
});

Deno.test("an absolute plugins.dir is the only place", () => {
  const readFile = readFrom({
    [`${CWD}/main.toml`]: 'plugins.dir = "${DIR}/plug"',
    "/srv/plug/rmqtt-web-hook.toml": ONE_RULE,
  });
  const config = loadConfig({ configFile: "main.toml", cwd: CWD, env, readFile });
  assert.deepEqual(config.files, ["main.toml", "/srv/plug/rmqtt-web-hook.toml"]);
});

Deno.test("--hooks comes before plugins.dir", () => {
  const readFile = readFrom({
    [`${CWD}/main.toml`]: "",
    [`${CWD}/plugins/rmqtt-web-hook.toml`]: "broken",
    "/h.toml": ONE_RULE,
  });
  const config = loadConfig({ configFile: "main.toml", hooksFile: "/h.toml", cwd: CWD, env, readFile });
  assert.deepEqual(config.files, ["main.toml", "/h.toml"]);
});

Deno.test("without a hooks file in plugins.dir, a warning says that all events go to ./hook.log", () => {
  const readFile = readFrom({ [`${CWD}/etc/main.toml`]: "" });
  const config = loadConfig({ configFile: "etc/main.toml", cwd: CWD, env, readFile });
  assert.equal(Object.keys(config.hooks.rules).length, 15);
  assert.deepEqual(config.warnings, [
    "there is no hooks file etc/plugins/rmqtt-web-hook.toml or plugins/rmqtt-web-hook.toml: " +
    "all events go to /work/dir/hook.log",
  ]);
  assert.deepEqual(config.files, ["etc/main.toml"]);
});

Deno.test("all errors of both files come in one throw, by file and line", () => {
  const readFile = readFrom({
    [`${CWD}/b.toml`]:
      '[listener.tcp.a]\nmax_inflight = 0\nmax_inflght = 1\naddr = "x"\n[node]\nid = -1\n[log]\nlevel = 1\n',
    [`${CWD}/a.toml`]: 'http_timeout = -1\nrule.nope = []\nurls = ["x", 1, "${NOT_SET}"]\n',
  });
  const errors = errorsOf(() =>
    loadConfig({ configFile: "b.toml", hooksFile: "a.toml", cwd: CWD, env, readFile })
  );
  assert.deepEqual(errors.map(({ file, line, key }) => [file, line, key]), [
    ["a.toml", 1, "http_timeout"],
    ["a.toml", 2, "rule.nope"],
    ["a.toml", 3, "urls[0]"],
    ["a.toml", 3, "urls[1]"],
    ["a.toml", 3, "urls[2]"],
    ["b.toml", 2, "listener.tcp.a.max_inflight"],
    ["b.toml", 3, "listener.tcp.a.max_inflght"],
    ["b.toml", 4, "listener.tcp.a.addr"],
    ["b.toml", 6, "node.id"],
    ["b.toml", 8, "log.level"],
  ]);
  assert.equal(
    errors[6]?.message,
    'b.toml:3: listener.tcp.a.max_inflght: unknown key; did you mean "max_inflight"?',
  );
  assert.equal(
    errors[5]?.message,
    "b.toml:2: listener.tcp.a.max_inflight: must be an integer from 1 to 65535; found 0",
  );
});

Deno.test("ConfigErrors has one line of message for each error", () => {
  const load = (): unknown =>
    loadConfig({
      hooksFile: "h.toml",
      cwd: CWD,
      env,
      readFile: readFrom({ [`${CWD}/h.toml`]: "a = 1\nb = 2\n" }),
    });
  assert.throws(load, (error) => error instanceof ConfigErrors && error.message.split("\n").length === 2);
});

Deno.test("a broken main file does not hide the errors of --hooks", () => {
  const readFile = readFrom({ [`${CWD}/b.toml`]: "x", [`${CWD}/a.toml`]: "y = 1" });
  const errors = errorsOf(() =>
    loadConfig({ configFile: "b.toml", hooksFile: "a.toml", cwd: CWD, env, readFile })
  );
  assert.deepEqual(errors.map(({ file }) => file), ["a.toml", "b.toml"]);
});

Deno.test("a file that is named and not there is an error", () => {
  const source = { configFile: "b.toml", hooksFile: "/a.toml", cwd: CWD, env, readFile: readFrom({}) };
  assert.deepEqual(errorsOf(() => loadConfig(source)).map(({ message, line }) => [message, line]), [
    ["/a.toml: does not exist", undefined],
    ["b.toml: does not exist", undefined],
  ]);
});

Deno.test("a hooks file in plugins.dir that may not be read is an error, never the default", () => {
  const main = readFrom({ [`${CWD}/main.toml`]: "" });
  const readFile = (path: string): Uint8Array => {
    if (path.endsWith("main.toml")) return main(path);
    throw new Deno.errors.PermissionDenied("Permission denied (os error 13)");
  };
  const errors = errorsOf(() => loadConfig({ configFile: "main.toml", cwd: CWD, env, readFile }));
  assert.deepEqual(errors.map(({ message }) => message), [
    "plugins/rmqtt-web-hook.toml: cannot be read: permission denied",
  ]);
});

const REAL_FILES: readonly (readonly [what: string, make: (path: string) => void, message: string])[] = [
  ["a directory", (path) => Deno.mkdirSync(path), "cannot be read: it is a directory"],
  [
    "a file larger than 1 MiB",
    (path) => Deno.writeFileSync(path, new Uint8Array(2 ** 20 + 1)),
    "is larger than 1 MiB",
  ],
  ["a device without end", (path) => Deno.symlinkSync("/dev/zero", path), "is larger than 1 MiB"],
  [
    "text that is not UTF-8",
    (path) => Deno.writeFileSync(path, new Uint8Array([0x61, 0xe4])),
    "is not valid UTF-8",
  ],
];

for (const [what, make, message] of REAL_FILES) {
  Deno.test(`refuses ${what}`, () => {
    const cwd = Deno.makeTempDirSync();
    try {
      make(join(cwd, "main.toml"));
      const errors = errorsOf(() => loadConfig({ configFile: "main.toml", cwd, env }));
      assert.deepEqual(errors.map(({ file, line, key }) => [file, line, key]), [[
        "main.toml",
        undefined,
        "",
      ]]);
      assert.ok(errors[0]?.message.startsWith(`main.toml: ${message}`), String(errors[0]?.message));
    } finally {
      Deno.removeSync(cwd, { recursive: true });
    }
  });
}

Deno.test("reads a file of exactly 1 MiB, with a byte order mark and CRLF", () => {
  const cwd = Deno.makeTempDirSync();
  try {
    const toml = "\uFEFFnode.id = 7\r\n#";
    const bytes = new TextEncoder().encode(toml);
    Deno.writeTextFileSync(join(cwd, "main.toml"), toml + "x".repeat(2 ** 20 - bytes.length));
    assert.equal(loadConfig({ configFile: "main.toml", cwd, env }).broker.nodeId, 7);
  } finally {
    Deno.removeSync(cwd, { recursive: true });
  }
});
