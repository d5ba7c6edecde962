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
  let [acknowledged, last] = [0, 0];
  for (let round = 0; round <= KILLS; round++) {
    // Starting again heals a torn last line; then every line must parse (events() does) and be there.
    await using broker = await Hookline.start({ cwd: dir.path });
    const published = (await broker.events()).filter((e) => e["action"] === "message_publish");
    const numbers = new Set(published.map((e) => atob(String(e["payload"]))));
    for (let i = 0; i < last; i++) {
      ok(numbers.has(`${round - 1}-${i}`), `round ${round - 1}: message ${i} of ${last} is lost`);
    }
    if (round === KILLS) break;
    if (round > 0) await Deno.truncate(`${dir.path}/hook.log`);
    last = await publishUntilKilled(broker, round, 1 + random.int(20_000));
    acknowledged += last;
  }
  ok(acknowledged > KILLS, "the kills came too early to show anything");
});

/** Publishes at full speed, kills the broker after `killAfter` acknowledgements; resolves to how many came. */
async function publishUntilKilled(broker: Hookline, round: number, killAfter: number): Promise<number> {
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
