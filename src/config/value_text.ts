// The value of an option as text.
import type { Address, OptionRow } from "../base/option.ts";
import { addressText } from "../base/peer_address.ts";
import { durationText, sizeText } from "./units.ts";

/** As the configuration would have it. */
export function valueText(row: OptionRow, value: unknown): string {
  // What stands for "no limit" is written as 0.
  if ("zeroIs" in row && value === row.zeroIs) return "0";
  switch (row.kind) {
    case "duration":
      return JSON.stringify(durationText(Number(value)));
    case "size":
      return JSON.stringify(sizeText(Number(value)));
    case "integer":
      return String(value).replace(/\B(?=(\d{3})+$)/g, "_");
    case "mode":
      return JSON.stringify(Number(value).toString(8).padStart(4, "0"));
    case "address":
      // A row of this kind has an address.
      return JSON.stringify(addressText(value as Address));
    case "list":
    case "filters":
      return `[${(value as readonly string[]).map((item) => JSON.stringify(item)).join(", ")}]`;
    default:
      return JSON.stringify(value);
  }
}
