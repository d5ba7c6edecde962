// `hookline tail` as a whole: filters, JSON, colours, signals.
import assert from "node:assert/strict";
import { join } from "node:path";
import { inProcess, type MemoryIoOptions, type Outcome, program } from "./_io.ts";
import { inTempDir } from "../helpers/temp_dir.ts";

const LINES = [
  { action: "client_connected", clientid: "one", time: "2026-11-24 09:05:01.001" },
  {
    action: "message_publish",
    from_clientid: "one",
    topic: "demo/a",
    payload: "aGk=",
    time: "2026-11-24 09:05:01.002",
  },
  { action: "message_delivered", from_clientid: "one", clientid: "two", topic: "demo/a/b", payload: "aGk=" },
  { action: "my_action", from_clientid: "three", topic: "$SYS/x", payload: "" },
  { action: "client_disconnected", clientid: "one", reason: "Disconnect" },
].map((event) => JSON.stringify(event));

async function tailOf(text: string, args: string[], options: MemoryIoOptions = {}): Promise<Outcome> {
  let outcome: Outcome | undefined;
  await inTempDir(async (cwd) => {
    Deno.writeTextFileSync(join(cwd, "hook.log"), text);
    outcome = await inProcess(["tail", "--no-follow", ...args], { cwd, ...options });
  });
  assert.ok(outcome);
  return outcome;
}

async function selected(...args: string[]): Promise<number[]> {
  const { code, stdout } = await tailOf(LINES.map((line) => `${line}\n`).join(""), ["--json", ...args]);
  assert.equal(code, 0);
  return stdout.trimEnd().split("\n").filter((line) => line !== "").map((line) => LINES.indexOf(line));
}

Deno.test("--event, --topic and --client select events, together and alone", async () => {
  assert.deepEqual(await selected(), [0, 1, 2, 3, 4]);
  assert.deepEqual(await selected("--event", "message_publish"), [1]);
  assert.deepEqual(await selected("--event", "message_publish", "--event", "my_action"), [1, 3]);
  assert.deepEqual(await selected("--topic", "demo/+"), [1]);
  assert.deepEqual(await selected("--topic", "demo/#"), [1, 2]);
  assert.deepEqual(await selected("--topic", "#"), [1, 2]);
  assert.deepEqual(await selected("--topic", "$SYS/#"), [3]);
  assert.deepEqual(await selected("--client", "one"), [0, 1, 2, 4]);
  assert.deepEqual(await selected("--client", "two"), [2]);
  assert.deepEqual(await selected("--client", "one", "--event", "message_publish", "--topic", "demo/a"), [1]);
  assert.deepEqual(await selected("--client", ""), []);
});

Deno.test("-n counts the events that the filters select", async () => {
  assert.deepEqual(await selected("-n", "2"), [3, 4]);
  assert.deepEqual(await selected("-n", "2", "--client", "one"), [2, 4]);
  assert.deepEqual(await selected("-n", "1", "--event", "client_connected"), [0]);
  assert.deepEqual(await selected("-n", "0"), []);
});

Deno.test("--json gives the bytes of the file, and only JSON", async () => {
  const odd = '{ "action":"a",\t"x":1.0, "é":"\u009b" }';
  const { stdout } = await tailOf(`garbage\n${odd}\n[1]\n`, ["--json"]);
  assert.equal(stdout, `${odd}\n`);
  const terminal = await tailOf(`${odd}\n`, ["--json"], { isTerminal: true });
  assert.equal(terminal.stdout, '{ "action":"a",\t"x":1.0, "é":"\\u009b" }\n');
});

Deno.test("warns of an action that is nearly an event, but shows what has it", async () => {
  const { code, stderr, stdout } = await tailOf('{"action":"mesage_publish"}\n', [
    "--event",
    "mesage_publish",
  ]);
  assert.equal(code, 0);
  assert.match(stderr, /no event is called "mesage_publish"; did you mean message_publish\?/);
  assert.match(stdout, /mesage_publish/);
  for (const own of ["client_connected_2", "alarm"]) {
    assert.equal((await tailOf("", ["--event", own])).stderr, "");
  }
});

Deno.test("colours a terminal, unless told otherwise", async () => {
  const coloured = async (args: string[], options: MemoryIoOptions): Promise<boolean> =>
    (await tailOf(`${LINES[0]}\n`, args, options)).stdout.includes("\x1b[36m");
  assert.equal(await coloured([], { isTerminal: true }), true);
  assert.equal(await coloured([], { isTerminal: false }), false);
  assert.equal(await coloured([], { isTerminal: true, env: { NO_COLOR: "1" } }), false);
  assert.equal(await coloured([], { isTerminal: true, env: { NO_COLOR: "" } }), true);
  assert.equal(await coloured(["--color", "always"], { env: { NO_COLOR: "1" } }), true);
  assert.equal(await coloured(["--color", "never"], { isTerminal: true }), false);
});

Deno.test("leaves out of --json a line too long to be whole, and says so", async () => {
  const long = JSON.stringify({ action: "message_publish", payload: "A".repeat(1_100_000) });
  const { stdout, stderr } = await tailOf(`${long}\n{"action":"b"}\n`, ["--json"]);
  assert.equal(stdout, '{"action":"b"}\n');
  assert.match(stderr, new RegExp(`a line of ${long.length} bytes is left out`));
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`the program waits for its file, follows it, and ends with 0 on ${signal}`, () =>
    inTempDir(async (dir) => {
      const child = program(["tail", "live.log"], dir).spawn();
      const stderr = textReader(child.stderr);
      const stdout = textReader(child.stdout);
      await stderr.until(/live\.log does not exist; waiting for it/);
      await Deno.writeTextFile(join(dir, "live.log"), `${LINES[0]}\n`);
      await stdout.until(/client_connected +one/);
      await Deno.writeTextFile(join(dir, "live.log"), `${LINES[1]}\n`, { append: true });
      await stdout.until(/message_publish +one +demo\/a +hi/);
      child.kill(signal);
      assert.equal((await child.status).code, 0);
      await stdout.toEnd();
      await stderr.toEnd();
    }));
}

/** Reads a child's output until it says what is expected, or ends. */
function textReader(stream: ReadableStream<Uint8Array>): {
  until(wanted: RegExp): Promise<void>;
  toEnd(): Promise<void>;
} {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    async until(wanted: RegExp): Promise<void> {
      while (!wanted.test(text)) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`It ended without ${wanted}: ${text}`);
        text += value;
      }
    },
    async toEnd(): Promise<void> {
      while (!(await reader.read()).done);
    },
  };
}
