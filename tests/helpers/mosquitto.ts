// Debian's mosquitto_pub and mosquitto_sub, as a user types them.
import assert from "node:assert/strict";

/** What to do where they are missing. */
export const NO_MOSQUITTO =
  "mosquitto_pub and mosquitto_sub are not installed: apt-get install mosquitto-clients";

/** Runs mosquitto_pub or mosquitto_sub to its end and returns what it printed. Fails unless it ended with `code`, or failed. */
export async function mosquitto(
  program: "mosquitto_pub" | "mosquitto_sub",
  port: number,
  args: readonly string[],
  code: number | "failed" = 0,
): Promise<string> {
  const all = ["-h", "127.0.0.1", "-p", String(port), ...args];
  // A subscriber that waits in vain would outlive the test.
  if (program === "mosquitto_sub") all.push("-W", "20");
  const output = await new Deno.Command(program, { args: all, stdin: "null" }).output().catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(NO_MOSQUITTO, { cause: error });
  });
  const decoder = new TextDecoder();
  const err = decoder.decode(output.stderr);
  const expected = code === "failed" ? output.code !== 0 : output.code === code;
  assert(expected, `${program} ${all.join(" ")} ended with ${output.code}: ${err}`);
  return decoder.decode(output.stdout) + err;
}

/** Whether Debian's mosquitto-clients are installed: Hookline itself does not need them. */
export async function hasMosquitto(): Promise<boolean> {
  try {
    await new Deno.Command("mosquitto_pub", { args: ["--version"], stdin: "null" }).output();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
