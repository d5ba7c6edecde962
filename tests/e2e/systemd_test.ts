// The service: what the program tells systemd over a real socket, and what systemd thinks of the unit.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Hookline } from "../helpers/hookline.ts";
import { Inbox } from "../helpers/inbox.ts";
import { SocketClient } from "../helpers/socket_client.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

const UNIT = fileURLToPath(new URL("../../etc/systemd/hookline.service", import.meta.url));

/** The socket that systemd listens on. */
class Manager implements AsyncDisposable {
  readonly messages = new Inbox<string>("a notification");
  readonly #socket: Deno.DatagramConn;
  readonly #reading: Promise<void>;

  /** @param path `\0name` for an abstract one */
  constructor(path: string) {
    this.#socket = Deno.listenDatagram({ transport: "unixpacket", path });
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    for await (const [bytes] of this.#socket) this.messages.put(new TextDecoder().decode(bytes));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#reading;
  }
}

Deno.test("READY comes once it listens, RELOADING and READY around a reload, STOPPING at the end", async () => {
  await using dir = await tempDir();
  await using manager = new Manager(`${dir.path}/notify`);
  await using broker = await Hookline.start({ cwd: dir.path, env: { NOTIFY_SOCKET: `${dir.path}/notify` } });
  equal(await manager.messages.take(), `READY=1\nSTATUS=listening on 127.0.0.1:${broker.port}`);
  const asked = monotonicMicroseconds();
  broker.signal("SIGHUP");
  const reloading = await manager.messages.take();
  match(reloading, /^RELOADING=1\nMONOTONIC_USEC=\d+$/);
  const told = Number(reloading.split("=").pop());
  ok(told >= asked && told < asked + 10e6, `${told} is not just after ${asked}`);
  match(await manager.messages.take(), /^READY=1\n/);
  equal((await broker.stop()).code, 0);
  match(await manager.messages.take(), /^STOPPING=1\n/);
  equal(manager.messages.length, 0, "no watchdog was asked for");
});

Deno.test("a reload that fails ends with READY too: the service goes on as it was", async () => {
  await using dir = await tempDir();
  await using manager = new Manager(`${dir.path}/notify`);
  await using broker = await Hookline.start({ cwd: dir.path, env: { NOTIFY_SOCKET: `${dir.path}/notify` } });
  await manager.messages.take();
  await Deno.writeTextFile(`${dir.path}/hookline.toml`, "nonsense = 1\n");
  broker.signal("SIGHUP");
  match(await manager.messages.take(), /^RELOADING=1/);
  match(await manager.messages.take(), /^READY=1/);
  await until(() => broker.log.some(({ msg }) => msg.includes("stays as it was")), "the log says so");
});

Deno.test("the watchdog is answered twice within its time, over an abstract socket too", async () => {
  await using dir = await tempDir();
  const name = `hookline-test-${crypto.randomUUID()}`;
  await using manager = new Manager(`\0${name}`);
  const env = { NOTIFY_SOCKET: `@${name}`, WATCHDOG_USEC: "400000" };
  await using broker = await Hookline.start({ cwd: dir.path, env });
  match(await manager.messages.take(), /^READY=1/);
  const start = performance.now();
  for (let i = 0; i < 3; i++) equal(await manager.messages.take(), "WATCHDOG=1");
  const elapsed = performance.now() - start;
  ok(elapsed >= 500, `three answers after ${elapsed} ms`);
  equal((await broker.stop()).code, 0);
});

Deno.test("a notify socket that is gone is told in the log and holds up nothing", async () => {
  await using dir = await tempDir();
  const env = { NOTIFY_SOCKET: `${dir.path}/nobody`, WATCHDOG_USEC: "20000" };
  await using broker = await Hookline.start({ cwd: dir.path, env });
  await until(() => broker.log.some(({ msg }) => msg.includes("does not hear")), "it is told");
  const { client } = await SocketClient.connect(broker.port, 4, { clientId: "c" });
  await client[Symbol.asyncDispose]();
  equal((await broker.stop()).code, 0);
  equal(broker.log.filter(({ msg }) => msg.includes("does not hear")).length, 1);
});

Deno.test("the watchdog of another process is not answered", async () => {
  await using dir = await tempDir();
  await using manager = new Manager(`${dir.path}/notify`);
  const env = { NOTIFY_SOCKET: `${dir.path}/notify`, WATCHDOG_USEC: "20000", WATCHDOG_PID: "1" };
  await using broker = await Hookline.start({ cwd: dir.path, env });
  match(await manager.messages.take(), /^READY=1/);
  equal((await broker.stop()).code, 0);
  match(await manager.messages.take(), /^STOPPING=1/);
});

Deno.test("the unit runs nothing that a minimal Debian lacks, and a wrong configuration is not tried again for ever", async () => {
  const lines = (await Deno.readTextFile(UNIT)).split("\n");
  const commands = lines.flatMap((line) => /^Exec\w+=(.*)/.exec(line)?.[1] ?? []);
  // /bin/kill is in procps, and a reload failed without it.
  deepEqual(
    new Set(commands.map((command) => command.split(" ")[0])),
    new Set([
      "-/usr/bin/hookline",
      "/usr/bin/hookline",
      "/bin/sh",
    ]),
  );
  // RestartPreventExitStatus= looks at the main program only; a check that counted was started again every 2 s.
  deepEqual(
    lines.filter((line) => line.startsWith("ExecStartPre=") && !line.startsWith("ExecStartPre=-")),
    [],
  );
});

Deno.test({
  name: "systemd-analyze finds nothing wrong with the unit, and its exposure is at most 2.0",
  ignore: !hasSystemd(),
  fn: async () => {
    await using dir = await tempDir();
    // verify wants the program to be there.
    const unit = (await Deno.readTextFile(UNIT)).replaceAll("/usr/bin/hookline", Deno.execPath());
    await Deno.writeTextFile(`${dir.path}/hookline.service`, unit);
    const verified = await analyze("verify", "--man=no", `${dir.path}/hookline.service`);
    deepEqual(verified, { code: 0, text: "" });
    const { code, text } = await analyze(
      "security",
      "--offline=true",
      "--threshold=20",
      "--no-pager",
      `${dir.path}/hookline.service`,
    );
    equal(code, 0, text);
  },
});

async function analyze(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command("systemd-analyze", { args }).output();
  return { code, text: new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout) };
}

/** systemd-analyze of version 250 or later, which can look at a unit offline. */
function hasSystemd(): boolean {
  try {
    const { stdout } = new Deno.Command("systemd-analyze", { args: ["--version"] }).outputSync();
    return Number(/^systemd (\d+)/.exec(new TextDecoder().decode(stdout))?.[1]) >= 250;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function monotonicMicroseconds(): number {
  return (Deno.osUptime() - 1) * 1e6; // it is rounded up to seconds
}

Deno.test("the unit takes the configuration's variables from a file that need not be there", async () => {
  match(await Deno.readTextFile(UNIT), /^EnvironmentFile=-\/etc\/hookline\/environment$/m);
});
