// A few SIGKILLs under the mixed load of `deno task store-kills`: all that a client was told is so after them.
import { deepEqual, ok } from "node:assert/strict";
import { Random } from "../helpers/random.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { storeKills } from "../soak/store_kills.ts";

/** Shown when it fails; set HOOKLINE_SEED to run the same moments again. */
const SEED = Number(Deno.env.get("HOOKLINE_SEED") ?? Date.now() % 1_000_000);

Deno.test(`sessions, queues, Wills and Retained Messages are as they were told after SIGKILLs (seed ${SEED})`, async () => {
  await using dir = await tempDir();
  const { faults, acknowledged } = await storeKills(dir.path, 2, new Random(SEED));
  deepEqual(faults.slice(0, 10), []);
  ok(acknowledged > 0, "the kills came too early to show anything");
});
