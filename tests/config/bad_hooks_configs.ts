// The bad hooks files of bad_hooks_configs.txt, and those that are too large for it.
import { type BadConfig, rows } from "./bad_config.ts";

/** A row of the text: what is wrong, the file, and what the error says. */
const ROW = /^== (.*)\n([^]*?)^=> (\d+) (.*?): (.*)$/gm;

const TEXT = Deno.readTextFileSync(new URL("./bad_hooks_configs.txt", import.meta.url));

export const HOOKS: readonly BadConfig[] = [
  ...TEXT.matchAll(ROW).map(([, what = "", toml = "", line, key = "", said = ""]): BadConfig => {
    const [never = [], words = []] = [true, false].map((no) =>
      said.split(" | ").filter((word) => word.startsWith("!") === no)
    );
    return { what, file: "hooks", toml, line: Number(line), key, words, never: never.map((w) => w.slice(1)) };
  }),
  ...rows("hooks", [
    "a Topic Filter that is too long",
    `rule.message_acked = [{topics = ["${"x".repeat(65_536)}"]}]\n`,
    1,
    "rule.message_acked[0].topics[0]",
    "65535",
  ]),
];
