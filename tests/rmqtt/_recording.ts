// The recording: what RMQTT wrote and sent in each step of each scenario, and the form in which it is compared.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Line } from "../broker/_world.ts";

export interface Step {
  readonly name: string;
  readonly lines: readonly Line[];
  /** `client: PACKET …`, in the order in which each client received them. */
  readonly wire: readonly string[];
}

export type Recording = ReadonlyMap<string, readonly Step[]>;

/** Reads recorded_lines.txt. Lines stay as they were written. */
export function readRecording(): Recording {
  const text = Deno.readTextFileSync(fileURLToPath(new URL("recorded_lines.txt", import.meta.url)));
  const scenarios = text.split(/^#### /m).slice(1).map((scenario) => {
    const [name = "", ...steps] = scenario.split(/\n## /);
    return [name, steps.map(readStep)] as const;
  });
  return new Map(scenarios);
}

function readStep(text: string): Step {
  const [name = "", ...rest] = text.trimEnd().split("\n");
  return {
    name,
    lines: rest.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line)),
    wire: rest.flatMap((line) => /^ +wire (.*)$/.exec(line)?.[1] ?? []),
  };
}

/**
 * Takes out of lines what varies from run to run: addresses become the order in which they appear, milliseconds
 * and local time a word. A client acknowledges at its own pace, so message_acked stands behind the step's others.
 * One function for one run of a scenario.
 */
export function comparable(): (lines: readonly Line[]) => Line[] {
  const addresses = new Map<unknown, string>();
  const value = (key: string, found: unknown): unknown => {
    if (key === "ipaddress" || key === "from_ipaddress") {
      assert.match(String(found), /^[\d.]+:\d+$/);
      if (!addresses.has(found)) addresses.set(found, `address ${addresses.size + 1}`);
      return addresses.get(found);
    }
    if (key === "time") {
      assert.match(String(found), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/);
      return "local time";
    }
    return Number.isInteger(found) && Number(found) > 1e12 ? "milliseconds" : found;
  };
  return (lines) => {
    const all = lines.map((line) =>
      Object.fromEntries(Object.entries(line).map(([key, found]) => [key, value(key, found)]))
    );
    const isAck = (line: Line): boolean => line["action"] === "message_acked";
    return [...all.filter((line) => !isAck(line)), ...all.filter(isAck)];
  };
}
