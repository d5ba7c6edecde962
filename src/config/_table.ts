// Checks one table of a file: each key that has a check, and each key that has none.
import * as v from "valibot";
import { isTable } from "../base/table.ts";
import type { Document } from "./_document.ts";
import { boolean, type Checks } from "./_checks.ts";
import type { KeyPath } from "./_key_path.ts";
import type { ForeignKeys } from "./_rmqtt_keys.ts";
import { unknownWord } from "../base/nearest.ts";

/** What the checks of a table make of it. */
type Checked<C extends Checks> = { readonly [K in keyof C]?: v.InferOutput<C[K]> };

/**
 * The checked values of the table at `path`; `undefined` after an error in one of them.
 * Keys in `foreign` are RMQTT's and only told; any other unknown key is an error.
 *
 * @param value what stands at `path`; `undefined` (no such table) reads as an empty one
 */
export function readTable<C extends Checks>(
  doc: Document,
  path: KeyPath,
  value: unknown,
  checks: C,
  foreign: ForeignKeys = {},
): Checked<C> | undefined {
  if (value === undefined) return {};
  if (!isTable(value)) {
    doc.refuse(path, "must be a table");
    return undefined;
  }
  const result: Record<string, unknown> = {};
  let ok = true;
  for (const [key, entry] of Object.entries(value)) {
    const at = [...path, key];
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (check !== undefined) {
      const checked = v.safeParse(check, entry, { abortEarly: true, abortPipeEarly: true });
      if (checked.success) {
        result[key] = checked.output;
      } else {
        ok = false;
        doc.refuse(at, checked.issues[0].message);
      }
    } else if (Object.hasOwn(foreign, key)) {
      tellForeign(doc, at, entry, foreign[key] ?? "");
    } else {
      ok = false;
      doc.error(at, unknownWord("key", key, Object.keys(checks), Object.keys(foreign)));
    }
  }
  // Each output was made by the check of its key.
  return ok ? result as Checked<C> : undefined;
}

/** @param missed what does not happen when the key is on; empty where nobody misses it */
function tellForeign(doc: Document, path: KeyPath, value: unknown, missed: string): void {
  if (missed !== "" && isOn(value)) doc.warn(path, missed);
  else doc.unused(path);
}

function isOn(value: unknown): boolean {
  const asSwitch = v.safeParse(boolean(), value);
  return asSwitch.success ? asSwitch.output : value !== "";
}
