// `hookline check` tries what run would: each of its verdicts is run's, for addresses, spools, files and endpoints.
import assert from "node:assert/strict";
import { join } from "node:path";
import { canMakeCertificates, makeCertificates } from "../helpers/certificates.ts";
import { Hookline, hooklineCommand } from "../helpers/hookline.ts";
import { Endpoint } from "../helpers/http_endpoint.ts";
import { SHIPPED } from "../access/_shipped.ts";
import { inProcess, type MemoryIoOptions, type Outcome, program } from "./_io.ts";
import { freePort } from "../helpers/free_port.ts";
import { inTempDir } from "../helpers/temp_dir.ts";

const RULES = "rule.client_connected = [{}]\n";
const FREE = `listener.tcp.a.addr = "127.0.0.1:0"\n`;

const WITHOUT_RIGHT = ["setpriv", "--bounding-set=-net_bind_service"];
/** The highest port that needs it; 1024 or more where there is none. */
const PRIVILEGED_PORT = privilegedPort();

/** What `check` says of two files in `cwd`. */
async function check(
  cwd: string,
  { config = FREE, hooks = "" }: { config?: string; hooks?: string },
  args: readonly string[] = [],
  options: MemoryIoOptions = {},
): Promise<Outcome> {
  Deno.writeTextFileSync(join(cwd, "hookline.toml"), config);
  Deno.writeTextFileSync(join(cwd, "hooks.toml"), hooks);
  const files = ["--config", "hookline.toml", "--hooks", "hooks.toml"];
  return await inProcess(["check", ...files, ...args], { cwd, ...options });
}

/** How the real program ends that is started with the files which `check` was given. */
async function run(cwd: string): Promise<{ code: number; stderr: string }> {
  const { code, stderr } = await program(["run", "--config", "hookline.toml", "--hooks", "hooks.toml"], cwd)
    .output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

function tcp(...addresses: string[]): string {
  return addresses.map((address, i) => {
    return `listener.tcp.l${i} = { addr = "${address}", allow_anonymous = true }\n`;
  }).join("");
}

Deno.test("an address that run cannot have ends check with 78 and the sentence that run ends with", () =>
  inTempDir(async (cwd) => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const used = `127.0.0.1:${taken.addr.port}`;
    for (
      const [config, why] of [
        [tcp(used), `cannot listen on ${used}: the address is in use by another program, such as a Hookline`],
        [tcp("203.0.113.7:1883"), "cannot listen on 203.0.113.7:1883: this machine has no such address"],
        [
          tcp("nobody.invalid:1883"),
          "cannot listen on nobody.invalid:1883: no address is known for this host name",
        ],
      ] as const
    ) {
      const checked = await check(cwd, { config });
      assert.equal(checked.code, 78, config);
      assert.ok(checked.stdout.includes(why), checked.stdout);
      assert.match(checked.stderr, /run would not start: 1 problem, shown above/);
      const { code, stderr } = await run(cwd);
      assert.equal(code, 1);
      assert.ok(stderr.includes(why), stderr);
      assert.equal((await check(cwd, { config }, ["--offline"])).code, 0);
    }
  }));

Deno.test("two listeners that overlap are found, and addresses that are free are free again after check", () =>
  inTempDir(async (cwd) => {
    const port = freePort();
    const both = await check(cwd, { config: tcp(`0.0.0.0:${port}`, `127.0.0.1:${port}`) });
    assert.equal(both.code, 78);
    assert.match(both.stdout, new RegExp(`cannot listen on 127.0.0.1:${port}: the address is in use`));
    assert.equal((await check(cwd, { config: tcp(`0.0.0.0:${port}`) })).code, 0);
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  }));

Deno.test({
  name: "a port below 1024 without the right to it ends check with 78",
  ignore: !(PRIVILEGED_PORT < 1024),
  fn: () =>
    inTempDir(async (cwd) => {
      Deno.writeTextFileSync(join(cwd, "hookline.toml"), tcp(`127.0.0.1:${PRIVILEGED_PORT}`));
      const { command, args } = hooklineCommand(["check", "--config", "hookline.toml"]);
      // Root without the one capability is as good as anybody else.
      const [by = command, ...rest] = [...(Deno.uid() === 0 ? WITHOUT_RIGHT : []), command, ...args];
      const { code, stdout } = await new Deno.Command(by, { args: rest, cwd }).output();
      assert.match(
        new TextDecoder().decode(stdout),
        /cannot listen on .*: ports below 1024 need a privilege/,
      );
      assert.equal(code, 78);
    }),
});

Deno.test("what a running Hookline has is told as such, and left out with --offline", () =>
  inTempDir(async (cwd) => {
    await using endpoint = await Endpoint.start();
    const hooks = `urls = ["${endpoint.url}"]\n${RULES}`;
    await using broker = await Hookline.start({ cwd, hooks });
    const config = tcp(`127.0.0.1:${broker.port}`);
    const running = await check(cwd, { config, hooks });
    assert.equal(running.code, 78);
    assert.match(running.stdout, /in use by another program, such as a Hookline that runs already/);
    assert.match(
      running.stdout,
      /hook +its spool, .*, is in use by another process, such as a Hookline that runs already/,
    );
    assert.match(running.stdout, /store\.path +the store .* is in use by another process, \d+/);
    assert.match(running.stderr, /3 problems/);
    const offline = await check(cwd, { config, hooks }, ["--offline"]);
    assert.equal(offline.code, 0);
    assert.match(offline.stdout, /hook +not tried \(--offline\)/);
    assert.equal((await broker.stop()).code, 0, "check did not take its spool away");
  }));

Deno.test("a file that is required is shown as such", () =>
  inTempDir(async (cwd) => {
    const hooks = `urls = [{ url = "file:./a.log", required = true }, "file:./b.log"]\n${RULES}`;
    const { code, stdout } = await check(cwd, { hooks });
    assert.equal(code, 0);
    assert.match(stdout, /a\.log +ok, .*; required\n/);
    assert.match(stdout, /b\.log +ok, .*[^d]\n/);
  }));

Deno.test("a damaged store is told, and one that was put aside", () =>
  inTempDir(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/hookline.db`, "no database".repeat(500));
    const damaged = await check(cwd, {});
    assert.equal(damaged.code, 1);
    assert.match(damaged.stdout, /store\.path +.* is damaged and would be put aside: file is not a database/);
    await Deno.rename(`${cwd}/hookline.db`, `${cwd}/hookline.db.damaged-20261124T120000Z`);
    const aside = await check(cwd, {});
    assert.equal(aside.code, 0);
    assert.match(aside.stderr, /hookline\.db was damaged once: hookline\.db\.damaged-20261124T120000Z/);
  }));

Deno.test("an endpoint is connected to and sent nothing; one that cannot be reached ends check with 1", () =>
  inTempDir(async (cwd) => {
    await using endpoint = await Endpoint.start();
    const good = await check(cwd, { hooks: `urls = ["${endpoint.url}"]\n${RULES}` });
    assert.deepEqual([good.code, good.stderr], [0, ""]);
    assert.match(good.stdout, /hook +ok, takes connections/);
    assert.equal(endpoint.requests.length, 0);
    const port = freePort();
    for (const [host, why] of [[`127.0.0.1:${port}`, /refused/], ["nobody.invalid", /lookup/]] as const) {
      const bad = await check(cwd, { hooks: `urls = ["http://${host}/hook"]\n${RULES}` });
      assert.equal(bad.code, 1);
      assert.match(bad.stdout, /The endpoint cannot be reached: /);
      assert.match(bad.stdout, why);
      assert.match(bad.stderr, /run would start, but 1 place takes nothing now/);
    }
    const proxied = await check(cwd, { hooks: `urls = ["http://nobody.invalid/"]\n${RULES}` }, [], {
      env: { https_proxy: "http://proxy:3128" },
    });
    assert.equal(proxied.code, 0);
    assert.match(proxied.stdout, /not tried \(https_proxy is set\)/);
  }));

Deno.test("an endpoint that accepts and says nothing holds up check for three seconds and no longer", () =>
  inTempDir(async (cwd) => {
    using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const accepted = server.accept();
    const silent = await check(cwd, { hooks: `urls = ["https://127.0.0.1:${server.addr.port}/"]\n${RULES}` });
    (await accepted).close();
    assert.equal(silent.code, 1);
    assert.match(silent.stdout, /no connection within 3 s/);
  }));

Deno.test({
  name: "an https endpoint must show a certificate that is trusted",
  ignore: !(await canMakeCertificates()),
  fn: () =>
    inTempDir(async (cwd) => {
      const files = await makeCertificates(cwd);
      const [cert, key] = [files.serverCert, files.serverKey].map((path) => Deno.readTextFileSync(path));
      await using endpoint = await Endpoint.start({ cert, key } as Parameters<typeof Endpoint.start>[0]);
      const foreign = await check(cwd, { hooks: `urls = ["${endpoint.url}"]\n${RULES}` });
      assert.equal(foreign.code, 1);
      assert.match(foreign.stdout, /cannot be reached: .*certificate/i);
      const own = await check(cwd, {
        hooks: `urls = [{ url = "${endpoint.url}", ca_file = "ca.pem" }]\n${RULES}`,
      });
      assert.deepEqual([own.code, own.stderr], [0, ""]);
    }),
});

Deno.test({
  name:
    "certificates are shown with their end, and those that cannot be used are told, without a network too",
  ignore: !(await canMakeCertificates()),
  fn: () =>
    inTempDir(async (cwd) => {
      await makeCertificates(cwd);
      const config = `[listener.tls.a]\naddr = "127.0.0.1:0"\ncert = "server.pem"\nkey = "server.key"\n`;
      const good = await check(cwd, { config });
      assert.equal(good.code, 0);
      assert.match(
        good.stdout,
        /Certificates\n.*\n +a +\S+server\.pem +certificate CN=server +20\d\d-\d\d-\d\d/,
      );
      assert.match(good.stderr, /the certificate CN=server in \S+ expires on 20\S+, in 1 day/);
      Deno.chmodSync(join(cwd, "server.key"), 0o644);
      assert.match(
        (await check(cwd, { config })).stderr,
        /listener\.tls\.a\.key: .*server\.key may be read by every/,
      );
      Deno.chmodSync(join(cwd, "server.key"), 0o600);
      Deno.removeSync(join(cwd, "server.pem"));
      for (const args of [[], ["--offline"]]) {
        const bad = await check(cwd, { config }, args);
        assert.equal(bad.code, 78);
        assert.match(bad.stdout, /server\.pem does not exist/);
        assert.match(bad.stderr, /1 problem,/);
      }
    }),
});

Deno.test("a link to nothing as a file of lines is told: where it leads, or why nothing can be made there", () =>
  inTempDir(async (cwd) => {
    const hooks = `urls = ["file:hook.log"]\n${RULES}`;
    Deno.symlinkSync("there.log", join(cwd, "hook.log"));
    const makes = await check(cwd, { hooks });
    assert.equal(makes.code, 0);
    assert.ok(
      makes.stdout.includes(`ok, will make ${cwd}/there.log, where the link ${cwd}/hook.log leads`),
      makes.stdout,
    );
    Deno.removeSync(join(cwd, "hook.log"));
    Deno.symlinkSync("/none/there.log", join(cwd, "hook.log"));
    const cannot = await check(cwd, { hooks });
    assert.equal(cannot.code, 1);
    assert.match(
      cannot.stdout,
      /hook\.log cannot be made: it is a link to \/none\/there\.log, and there is no folder \/none/,
    );
    Deno.removeSync(join(cwd, "hook.log"));
    Deno.symlinkSync("hook.log", join(cwd, "hook.log"));
    assert.equal((await check(cwd, { hooks })).code, 1, "a link to itself");
  }));

Deno.test("--log-format json: every line on stderr is an entry, with file, line and key of each mistake", () =>
  inTempDir(async (cwd) => {
    const wrong = await check(cwd, { hooks: "urls = 5\nhttp_timout = 1\n" }, ["--log-format", "json"]);
    const entries = wrong.stderr.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(
      entries.map(({ level, file, line, key }) => ({ level, file, line, key })),
      [
        { level: "error", file: "hooks.toml", line: 1, key: "urls" },
        { level: "error", file: "hooks.toml", line: 2, key: "http_timout" },
      ],
    );
    assert.equal(wrong.code, 78);
    const args = ["run", "--config", "none.toml", "--log-format", "json"];
    const missing = await inProcess(args, { cwd });
    assert.equal(missing.code, 78);
    assert.match(JSON.parse(missing.stderr).msg, /none\.toml: does not exist/);
    const refused = await check(cwd, { config: tcp("203.0.113.7:1883") }, ["--log-format", "json"]);
    assert.match(JSON.parse(refused.stderr.trimEnd().split("\n").at(-1) ?? "").msg, /run would not start/);
    const warned = await check(cwd, { config: `${FREE}node.busy.check_enable = true\n` }, [
      "--log-format",
      "json",
    ]);
    assert.equal(JSON.parse(warned.stderr.split("\n")[0] ?? "").level, "warn");
  }));

function privilegedPort(): number {
  try {
    const port = Number(Deno.readTextFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start")) - 1;
    return port > 0 ? port : Infinity;
  } catch {
    // Not Linux.
    return Infinity;
  }
}

Deno.test("check lists each door: who may come in by it, and from where", () =>
  inTempDir(async (cwd) => {
    const { serverCert, serverKey, ca } = await makeCertificates(cwd);
    const config = `
listener.tcp.open = { addr = "0.0.0.0:0", allow_anonymous = true }
listener.unix.local.path = "${cwd}/mqtt.sock"
http_api = { http_laddr = "0.0.0.0:6060", http_bearer_token = "hunter2" }
[listener.tls.guarded]
addr = "0.0.0.0:0"
cert = "${serverCert}"
key = "${serverKey}"
cross_certificate = true
client_ca_certs = "${ca}"
`;
    const { stdout, stderr } = await check(cwd, { config }, ["--offline"]);
    const doors = [
      /open +tcp +0\.0\.0\.0:0 +yes +\d+ +the network/,
      /guarded +tls +0\.0\.0\.0:0 +no +\d+ +the network/,
      /local +unix +unix:\S+ +yes +\d+ +this machine only/,
      /Live view\n.*\n +0\.0\.0\.0:6060 +yes +the network/,
      /certificate +asked for by listener\.tls\.guarded/,
    ];
    for (const door of doors) assert.match(stdout, door);
    assert.match(stderr, /listener\.tcp\.open\.allow_anonymous: others reach .*to close it/);
    assert(!stdout.includes("hunter2"));
  }));

Deno.test("RMQTT's four files are taken as they are shipped, with its TCP, TLS and WebSocket listeners", () =>
  inTempDir(async (cwd) => {
    const fixture = new URL("../config/fixtures/rmqtt.toml", import.meta.url);
    const plugins = ["rmqtt-acl", "rmqtt-auth-http", "rmqtt-auth-jwt"];
    const main = Deno.readTextFileSync(fixture).replace(
      "default_startups = []",
      `default_startups = ${JSON.stringify(plugins)}`,
    );
    Deno.writeTextFileSync(`${cwd}/rmqtt.toml`, main);
    for (const folder of ["plugins", "rmqtt-bin"]) Deno.mkdirSync(`${cwd}/${folder}`);
    for (const [i, text] of [SHIPPED.acl, SHIPPED.http, SHIPPED.jwt].entries()) {
      Deno.writeTextFileSync(`${cwd}/plugins/${plugins[i]}.toml`, text, { mode: 0o600 });
    }
    const { serverCert, serverKey } = await makeCertificates(cwd);
    Deno.renameSync(serverCert, `${cwd}/rmqtt-bin/rmqtt.pem`);
    Deno.renameSync(serverKey, `${cwd}/rmqtt-bin/rmqtt.key`);
    const { code, stdout, stderr } = await inProcess(["check", "--offline", "--config", "rmqtt.toml"], {
      cwd,
    });
    assert.equal(code, 0, stderr);
    for (const shown of [/external +tcp/, /external +tls/, /external +ws /, /external +wss/]) {
      assert.match(stdout, shown);
    }
    assert.match(
      stdout,
      /http +http:\/\/127\.0\.0\.1:9090\/mqtt\/auth\n +jwt .*\n +http_acl_req .*\n +rmqtt-acl +4 rules/,
    );
  }));

Deno.test("the HTTP API: shown, and its address tried where somebody wrote it", () =>
  inTempDir(async (cwd) => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const used = `127.0.0.1:${taken.addr.port}`;
    const written = (address: string): string => `${FREE}[http_api]\nhttp_laddr = "${address}"\n`;
    const refused = await check(cwd, { config: written(used), hooks: RULES });
    assert.equal(refused.code, 78);
    assert.ok(
      refused.stdout.includes(`the HTTP API cannot listen on ${used}: the address is in use`),
      refused.stdout,
    );
    assert.equal((await run(cwd)).code, 1);
    assert.equal((await check(cwd, { config: written(used) }, ["--offline"])).code, 0);
    const open = await check(cwd, { config: `${written("0.0.0.0:0")}http_bearer_token = "s3cret"\n` });
    assert.match(
      open.stdout,
      /Live view\n {2}ADDRESS {4}TOKEN {2}OPEN TO\n {2}0\.0\.0\.0:0 {2}yes {4}the network\n/,
    );
    assert.ok(!open.stdout.includes("s3cret"));
    const off = await check(cwd, { config: `${FREE}[http_api]\nenable = false\n` });
    assert.match(off.stdout, /Live view\n {2}off\n/);
  }));
