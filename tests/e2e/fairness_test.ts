// Hundreds of busy clients at once: each is served about as often as the others.
import { ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { RUN_ENV } from "../../src/build/launch.ts";
import { Hookline } from "../helpers/hookline.ts";
import { tempDir } from "../helpers/temp_dir.ts";

const CLIENTS = 600;
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));
const PLAYERS = fileURLToPath(new URL("./_pingpong_clients.ts", import.meta.url));

Deno.test(`of ${CLIENTS} busy clients none is served less than half as often as another`, async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path });
  // The clients must be fair themselves, so they are started as the broker is.
  const args = [
    ...RUN_ENV,
    Deno.execPath(),
    "run",
    "--quiet",
    "--cached-only",
    "--config",
    CONFIG,
    "-A",
    PLAYERS,
  ];
  const played = await new Deno.Command("env", {
    args: [...args, `${broker.port}`, `${CLIENTS}`, "2000"],
    stderr: "inherit",
  }).output();
  ok(played.success);
  const counts: number[] = JSON.parse(new TextDecoder().decode(played.stdout));
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  ok(least * 2 >= most && most > 0, `from ${least} to ${most} round trips`);
});
