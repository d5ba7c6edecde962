// Debian's logrotate with the configuration that is shipped: no line lost or doubled across rotations under load.
import { deepEqual, equal, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { floodPublish } from "../helpers/flood_publisher.ts";
import { Hookline } from "../helpers/hookline.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

const SHIPPED = fileURLToPath(new URL("../../etc/logrotate.d/hookline", import.meta.url));
const LOGROTATE = "/usr/sbin/logrotate";
const SYSTEMCTL = "systemctl kill --signal=SIGUSR2 --kill-who=main hookline.service";

Deno.test({
  name: "logrotate under load: each acknowledged message has one line in one of the files",
  ignore: size(LOGROTATE) < 0,
  fn: async () => {
    await using dir = await tempDir();
    await Deno.chmod(dir.path, 0o755); // logrotate refuses folders that others can write to
    await Deno.mkdir(`${dir.path}/log`);
    await using broker = await Hookline.start({
      cwd: dir.path,
      hooks: `urls = ["file:./log/hook.log"]\nrule.message_publish = [{}]\n`,
    });
    const rotate = await rotation(dir.path, broker.pid);
    const rotated = new AbortController();
    const publishing = floodPublish({
      port: broker.port,
      topic: "rotate/me",
      payload: String,
      window: 1_000,
      signal: rotated.signal,
    });
    try {
      for (let i = 0; i < 4; i++) {
        // Hookline makes the new file when the signal reaches it, and logrotate passes over a missing or empty one.
        await until(() => size(`${dir.path}/log/hook.log`) > 0, "lines in a new hook.log");
        await rotate();
      }
    } finally {
      rotated.abort();
    }
    const acknowledged = await publishing;
    ok(acknowledged > 0);
    equal((await broker.stop()).code, 0);
    const { files, numbers } = readAll(`${dir.path}/log`);
    deepEqual(files, ["hook.log", "hook.log.1", "hook.log.2.gz", "hook.log.3.gz", "hook.log.4.gz"]);
    equal(numbers.length, acknowledged);
    ok(numbers.toSorted((a, b) => a - b).every((n, i) => n === i), "each number is there once");
  },
});

/** The shipped file, but for the folder and for whom the signal goes to. */
async function rotation(dir: string, pid: number): Promise<() => Promise<void>> {
  const shipped = await Deno.readTextFile(SHIPPED);
  ok(shipped.includes("/var/log/hookline/*.log") && shipped.includes(SYSTEMCTL));
  const mine = shipped.replace("/var/log/hookline/", `${dir}/log/`).replace(SYSTEMCTL, `kill -USR2 ${pid}`);
  await Deno.writeTextFile(`${dir}/logrotate.conf`, mine, { mode: 0o644 });
  return async () => {
    const args = ["--force", "--state", `${dir}/state`, `${dir}/logrotate.conf`];
    const { code, stderr } = await new Deno.Command(LOGROTATE, { args }).output();
    equal(code, 0, new TextDecoder().decode(stderr));
  };
}

/** The payloads in all files of the folder, which must be whole lines. */
function readAll(folder: string): { files: string[]; numbers: number[] } {
  const files = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  const numbers = files.flatMap((name) => {
    const bytes = Deno.readFileSync(`${folder}/${name}`);
    const text = new TextDecoder().decode(name.endsWith(".gz") ? gunzipSync(bytes) : bytes);
    return text.split("\n").filter((line) => line !== "").map((line) =>
      Number(atob(JSON.parse(line).payload))
    );
  });
  return { files, numbers };
}

/** In bytes; -1 where no such file is. */
function size(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return -1;
    throw error;
  }
}
