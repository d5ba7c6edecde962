// Whether the time of a refusal tells that a user exists: 200 tries with each of two names, alternating.
import { makeHash } from "../../src/access/password_hash.ts";
import { systemClock } from "../../src/base/clock.ts";
import { print } from "./_processes.ts";
import { doors } from "../access/_doors.ts";
import { credentials } from "../access/_asking.ts";

const TRIES = 200;
/** How far the two may be apart. */
const MOST = 0.05;

const hash = await makeHash(new TextEncoder().encode("the right one"));
using access = doors({ passwords: `known:${hash}\n` }, systemClock);

/** Milliseconds. Each try has an address of its own, or the fourth would have to wait. */
async function timeOf(username: string, i: number): Promise<number> {
  const address = `192.0.${i >> 8}.${i & 255}:1883`;
  const begun = performance.now();
  await access.connect(credentials({ username, password: "a wrong one", address }));
  return performance.now() - begun;
}

/** The lower quartile: slower tries tell of other programs on this machine. */
function quartile(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 4)] ?? NaN;
}

const times = { known: [] as number[], unknown: [] as number[] };
for (let i = 0; i < TRIES; i++) {
  for (const name of i % 2 === 0 ? ["known", "unknown"] as const : ["unknown", "known"] as const) {
    times[name].push(await timeOf(name, 2 * i + (name === "known" ? 0 : 1)));
  }
}
const [known, unknown] = [quartile(times.known), quartile(times.unknown)];
const apart = Math.abs(known - unknown) / known;
print(`known ${known.toFixed(2)} ms, unknown ${unknown.toFixed(2)} ms: ${(apart * 100).toFixed(1)} % apart`);
if (!(apart <= MOST)) Deno.exit(1);
