// All groups of malformed input, in the order they run.
import { CONNECTS } from "./connect.ts";
import { CUTS } from "./cuts.ts";
import { FLAGS } from "./flags.ts";
import { ORDER } from "./order.ts";
import { PROPERTY_GROUPS } from "./properties.ts";
import { PUBLISHES } from "./publish.ts";
import { STRINGS } from "./strings.ts";
import { SUBSCRIPTIONS } from "./subscribe.ts";
import type { Group } from "./row.ts";

export const GROUPS: readonly Group[] = [
  ...ORDER,
  ...CONNECTS,
  ...PUBLISHES,
  ...SUBSCRIPTIONS,
  ...PROPERTY_GROUPS,
  ...STRINGS,
  ...CUTS,
  ...FLAGS,
];
