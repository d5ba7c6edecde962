// The whole conformance table, and its counts.
import type { Statement } from "./statement.ts";
import { V311_CONNECT } from "./v311_connect.ts";
import { V311_PACKETS } from "./v311_packets.ts";
import { V5_CONNECT } from "./v5_connect.ts";
import { V5_OPERATION } from "./v5_operation.ts";
import { V5_PACKETS } from "./v5_packets.ts";
import { V5_UNNUMBERED } from "./v5_unnumbered.ts";

export interface Part {
  readonly title: string;
  readonly statements: readonly Statement[];
}

export const TABLE: readonly Part[] = [
  { title: "MQTT 3.1.1", statements: [...V311_CONNECT, ...V311_PACKETS] },
  { title: "MQTT 5.0", statements: [...V5_CONNECT, ...V5_PACKETS, ...V5_OPERATION] },
  { title: "MQTT 5.0, errors without a number", statements: V5_UNNUMBERED },
];

export interface Totals {
  readonly rows: number;
  readonly shown: number;
  readonly explained: number;
  readonly known: number;
}

export function totals(): Totals {
  const all = TABLE.flatMap(({ statements }) => statements);
  const known = all.filter((statement) => statement.known !== undefined).length;
  const explained =
    all.filter((statement) => statement.known === undefined && statement.tests.length === 0).length;
  return { rows: all.length, shown: all.length - explained - known, explained, known };
}
