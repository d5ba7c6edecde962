// The options of a table: their type follows from the rows, and so do the defaults.
import assert from "node:assert/strict";
import { optionsFrom, type OptionsOf, optionTable } from "../../src/base/option.ts";

const TABLE = optionTable({
  timeout: {
    key: "http_timeout",
    kind: "duration",
    min: 1,
    max: 60_000,
    default: 8_000,
    doc: "For one request.",
  },
  order: { key: "order", kind: "choice", choices: ["none", "client"], default: "none", doc: "Of events." },
  spool: { key: "spool", kind: "boolean", default: true, doc: "On the disk." },
  caFile: { key: "ca_file", kind: "path", what: "a PEM file", doc: "A private CA." },
});

Deno.test("options have a default where nothing was given, and are absent where there is none", () => {
  assert.deepEqual(optionsFrom(TABLE), { timeout: 8_000, order: "none", spool: true });
  const values = { http_timeout: 1, spool: false, ca_file: "ca.pem", unknown: 1 };
  const options: OptionsOf<typeof TABLE> = optionsFrom(TABLE, values);
  assert.deepEqual(options, { timeout: 1, order: "none", spool: false, caFile: "ca.pem" });
});

Deno.test("the type of the options is that of the rows", () => {
  const options: OptionsOf<typeof TABLE> = { timeout: 1, order: "client", spool: true };
  // @ts-expect-error -- a choice is one of its choices
  const wrong: OptionsOf<typeof TABLE> = { ...options, order: "topic" };
  // @ts-expect-error -- what has a default is always there
  const missing: OptionsOf<typeof TABLE> = { timeout: 1, order: "none" };
  assert.notDeepEqual(wrong, missing);
});
