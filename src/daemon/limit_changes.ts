// What a reload changes of the limits of the broker and its listeners, in sentences for the log.
import type { OptionTable } from "../base/option.ts";
import { BROKER_OPTIONS, LISTENER_OPTIONS } from "../broker/options.ts";
import type { Config } from "../config/config.ts";
import { valueText } from "../config/value_text.ts";

/** One sentence for the broker, and one for each listener that was there before and has other limits now. */
export function limitChanges(before: Config, after: Config): string[] {
  const { nodeId: _, ...limits } = BROKER_OPTIONS; // that one stays
  const old = new Map(before.listeners.map((listener) => [placeOf(listener), listener.options]));
  return [
    ...sentence("limits", limits, before.broker, after.broker),
    ...after.listeners.flatMap((listener) => {
      const place = placeOf(listener);
      return sentence(place, LISTENER_OPTIONS, old.get(place) ?? listener.options, listener.options);
    }),
  ];
}

function placeOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `listener.${kind}.${name}`;
}

function sentence(
  place: string,
  table: OptionTable,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] {
  const changed = Object.entries(table).filter(([name]) => before[name] !== after[name]);
  const values = changed.map(([name, row]) => `${row.key} = ${valueText(row, after[name])}`);
  return values.length === 0 ? [] : [`${place} from here on: ${values.join(", ")}`];
}
