// The machine in words, as far as figures depend on it.
import { readFileSync } from "node:fs";
import { availableParallelism, loadavg, release, totalmem } from "node:os";
import { output } from "./_output.ts";

/** One fact a line. @param folder where brokers write their events */
export async function machine(folder: string): Promise<string[]> {
  const model = /^model name\s*: (.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? Deno.build.arch;
  const [load = 0] = loadavg();
  return [
    `${availableParallelism()} cores of ${model}, ${
      Math.round(totalmem() / 1024 ** 3)
    } GB, Linux ${release()}`,
    `load average ${load.toFixed(1)} at the start${load > 0.5 ? ": the machine was not quiet" : ""}`,
    `hook.log on ${await fileSystem(folder)}, empty at the start of each run`,
    `Deno ${Deno.version.deno}, ${await mosquittoVersion()}`,
  ];
}

async function fileSystem(folder: string): Promise<string> {
  const { stdout } = await new Deno.Command("df", { args: ["--output=fstype", folder] }).output();
  return new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? "";
}

async function mosquittoVersion(): Promise<string> {
  const missing = "what Hookline is compared with is not installed: apt-get install mosquitto";
  const { stdout } = await output(["mosquitto", "-h"], missing);
  return /^mosquitto version \S+/.exec(new TextDecoder().decode(stdout))?.[0] ?? "mosquitto";
}
