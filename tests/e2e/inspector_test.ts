// SIGUSR1: nobody gets into the process through V8's inspector, which Deno opens on it, and nothing else happens.
import { deepEqual, equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Hookline } from "../helpers/hookline.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const INSPECTOR = 9229;
/** Deno heeds the signal half a second after its start; the attack goes on for longer. */
const ATTACK_MS = 2_000;

Deno.test("who attaches to the inspector after SIGUSR1 fails, and the broker goes on", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path });
  const attacker = new Attacker(broker.pid);
  const reopened = (): number => broker.log.filter(({ msg }) => msg === "files reopened").length;
  const end = performance.now() + ATTACK_MS;
  for (let round = 1; performance.now() < end; round++) {
    broker.signal("SIGUSR1");
    broker.signal("SIGUSR2");
    await until(() => reopened() >= round, "it does what it is there for");
    await attacker.tryOnce();
  }
  deepEqual(attacker.answers, [], "code ran in the broker");
  if (Deno.build.os === "linux") await until(() => !listens(broker.pid, INSPECTOR), "the port is closed");
  equal((await broker.stop()).code, 0);
});

Deno.test({
  name: "the tasks start it so that it never sees SIGUSR1",
  ignore: Deno.build.os !== "linux" || !canHoldSignals(),
  fn: async () => {
    await using dir = await tempDir();
    await Deno.writeTextFile(
      `${dir.path}/hookline.toml`,
      `listener.tcp.a.addr = "127.0.0.1:0"\nlog.to = "console"\n`,
    );
    const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
    for (const name of ["start", "hookline"]) {
      // What a task's shell starts, with a look at its own signals in the place of the broker.
      const command = String(tasks[name].command).replace(
        /deno run .*$/,
        "deno eval 'console.log(Deno.readTextFileSync(`/proc/self/status`))'",
      );
      await Deno.writeTextFile(`${dir.path}/deno.json`, JSON.stringify({ tasks: { look: command } }));
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["task", "--quiet", "look"],
        cwd: dir.path,
        env: { PATH: `${Deno.execPath().replace(/\/[^/]*$/, "")}:${Deno.env.get("PATH")}` },
      }).output();
      match(new TextDecoder().decode(stdout), /^SigBlk:\t0*200$/m, name);
    }
  },
});

function canHoldSignals(): boolean {
  try {
    return new Deno.Command("env", { args: ["--block-signal=USR1", "true"], stderr: "null" }).outputSync()
      .success;
  } catch {
    // There is no env at all.
    return false;
  }
}

/** Somebody on the same machine who has the process calculate something for him. */
class Attacker {
  readonly answers: string[] = [];

  constructor(readonly pid: number) {}

  /** Another process may have the port: only targets of this one count. */
  async tryOnce(): Promise<void> {
    try {
      const answer = await fetch(`http://127.0.0.1:${INSPECTOR}/json`, { signal: AbortSignal.timeout(500) });
      const targets: { title: string; webSocketDebuggerUrl: string }[] = await answer.json();
      const target = targets.find(({ title }) => title.includes(String(this.pid)));
      if (target !== undefined) await this.#evaluate(target.webSocketDebuggerUrl);
    } catch {
      // Nobody listens there, or no longer: the attack failed.
    }
  }

  async #evaluate(url: string): Promise<void> {
    const socket = new WebSocket(url);
    const ended = Promise.withResolvers<void>();
    socket.onopen = () =>
      socket.send(JSON.stringify({ id: 1, method: "Runtime.evaluate", params: { expression: "6 * 7" } }));
    socket.onmessage = ({ data }) => {
      this.answers.push(String(data));
      socket.close();
    };
    socket.onclose = () => ended.resolve();
    await ended.promise;
  }
}

/** Whether a process listens on a port of 127.0.0.1. */
function listens(pid: number, port: number): boolean {
  const hex = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const inodes = Deno.readTextFileSync(`/proc/${pid}/net/tcp`).split("\n").map((line) =>
    line.trim().split(/\s+/)
  )
    .filter(([, address, , state]) => address === hex && state === "0A").map((fields) => fields[9]);
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].some(({ name }) => {
    const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${name}`))?.[1];
    return inode !== undefined && inodes.includes(inode);
  });
}

function linkOf(path: string): string {
  try {
    return Deno.readLinkSync(path);
  } catch {
    // Closed since the folder was listed.
    return "";
  }
}
