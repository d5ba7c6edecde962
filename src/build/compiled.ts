// What `deno compile` packs: the program, started again in the same process, with the environment it needs.
import process from "node:process";
import { errorText } from "../base/error_text.ts";
import { main } from "../cli/cli.ts";
import { RUN_ENV } from "./launch.ts";

/**
 * Becomes this executable again, with the same arguments and process id, and with RUN_ENV: glibc and Deno
 * read those variables before the program's first line. Returns where one of them is set already: glibc takes
 * MALLOC_ARENA_MAX away from an executable with capabilities of its own.
 */
function startAnew(): void {
  const variables = RUN_ENV.map((text) => text.split("=", 2) as [string, string]);
  if (Deno.build.os !== "linux" || variables.some(([name]) => Deno.env.has(name))) return;
  for (const [name, value] of variables) Deno.env.set(name, value);
  const words = [Deno.execPath(), ...Deno.args].map((word) => new TextEncoder().encode(`${word}\0`));
  try {
    const addresses = words.map((word) => Deno.UnsafePointer.value(Deno.UnsafePointer.of(word)));
    const libc = Deno.dlopen("libc.so.6", { execv: { parameters: ["buffer", "buffer"], result: "i32" } });
    libc.symbols.execv(words[0] ?? null, new BigUint64Array([...addresses, 0n]));
  } catch (error) {
    process.stderr.write(`hookline: ${errorText(error)}\n`);
  }
  process.stderr.write(`hookline: it cannot start itself with ${RUN_ENV.join(" ")}, and goes on without\n`);
}

startAnew();
// From here on it may do what the set `hookline` of deno.json allows, and no more.
Deno.permissions.revokeSync({ name: "ffi" });
Deno.exit(await main(Deno.args));
