// The first promise: what a client was told is in the file, whatever happens a moment later.
import { equal, ok } from "node:assert/strict";
import { floodPublish } from "../helpers/flood_publisher.ts";
import { Hookline } from "../helpers/hookline.ts";
import { Random } from "../helpers/random.ts";
import { tempDir } from "../helpers/temp_dir.ts";

const KILLS = 20;
/** Shown when it fails; set HOOKLINE_SEED to run the same moments again. */
const SEED = Number(Deno.env.get("HOOKLINE_SEED") ?? Date.now() % 1_000_000);

Deno.test(`each acknowledged message has its line after ${KILLS} SIGKILLs at random moments (seed ${SEED})`, async () => {
  await using dir = await tempDir();
  const random = new Random(SEED);
  let acknowledged = 0;
  for (let round = 0; round < KILLS; round++) {
    await Deno.remove(`${dir.path}/hook.log`).catch(() => {}); // absent in the first round
    const count = await publishUntilKilled(dir.path, round, 1 + random.int(20_000));
    acknowledged += count;
    // Starting again heals a torn last line; then every line must parse (events() does) and be there.
    await using again = await Hookline.start({ cwd: dir.path });
    const published = (await again.events()).filter((e) => e["action"] === "message_publish");
    const numbers = new Set(published.map((e) => atob(String(e["payload"]))));
    for (let i = 0; i < count; i++) {
      ok(numbers.has(`${round}-${i}`), `round ${round}: message ${i} of ${count} is lost`);
    }
  }
  ok(acknowledged > KILLS, "the kills came too early to show anything");
});

/** Publishes at full speed, kills the broker after `killAfter` acknowledgements; resolves to how many came. */
async function publishUntilKilled(cwd: string, round: number, killAfter: number): Promise<number> {
  const broker = await Hookline.start({ cwd });
  let killed = false;
  const count = await floodPublish({
    port: broker.port,
    topic: "kill/me",
    payload: (i) => `${round}-${i}`,
    window: 2_000,
    onAcknowledged: (n) => {
      if (killed || n < killAfter) return;
      killed = true;
      broker.signal("SIGKILL");
    },
  });
  equal((await broker.stop("SIGKILL")).signal, "SIGKILL");
  return count;
}
