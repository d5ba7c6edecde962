// Unix sockets: the shared suite, and the file.
import assert from "node:assert/strict";
import { tempDir } from "../helpers/temp_dir.ts";
import { connectTo, ListenerBench, listenerSuite, type SuiteKind } from "./listener_suite.ts";

const dir = await tempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(dir.path, { recursive: true }));
const path = `${dir.path}/mqtt.sock`;

const UNIX: SuiteKind = {
  kind: "unix",
  options: () => ({ place: { path, mode: 0o660 }, nodelay: false }),
  connect: connectTo,
  nameOf: () => `unix:${path}`,
};

listenerSuite(UNIX);

Deno.test("the socket has its mode while it listens, and is gone after it", async () => {
  await using it = await ListenerBench.open(UNIX);
  const { mode, isSocket } = Deno.lstatSync(path);
  assert.deepEqual([(mode ?? 0) & 0o777, isSocket], [0o660, true]);
  await it.listener.close();
  assert.throws(() => Deno.lstatSync(path), Deno.errors.NotFound);
});

Deno.test("one that a killed program left is taken over", async () => {
  const script =
    `Deno.listen({ transport: "unix", path: "${path}" }); console.log(); setInterval(() => {}, 1e6);`;
  const program = new Deno.Command(Deno.execPath(), { args: ["eval", script], stdout: "piped" }).spawn();
  const reader = program.stdout.getReader();
  await reader.read();
  await assert.rejects(ListenerBench.open(UNIX), Deno.errors.AddrInUse);
  program.kill("SIGKILL");
  await program.status;
  await reader.cancel();
  assert(Deno.lstatSync(path).isSocket);
  await using it = await ListenerBench.open(UNIX);
  await it.connect();
});

Deno.test("a file that is no socket stays as it is", async () => {
  await Deno.writeTextFile(path, "mine");
  await assert.rejects(ListenerBench.open(UNIX), /another file of this name/);
  assert.equal(await Deno.readTextFile(path), "mine");
  await Deno.remove(path);
});
