// Every bad configuration of this folder, in one table.
import type { BadConfig } from "./bad_config.ts";
import { BROKER_KEYS, BROKER_SYNTAX, BROKER_VALUES } from "./bad_broker_configs.ts";
import { HOOKS } from "./bad_hooks_configs.ts";

export const BAD_CONFIGS: readonly BadConfig[] = [
  ...BROKER_SYNTAX,
  ...BROKER_KEYS,
  ...BROKER_VALUES,
  ...HOOKS,
];
