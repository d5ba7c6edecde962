// The text of `--help`, made from the table of verbs.
import { EXIT_MEANINGS } from "./exit_code.ts";
import { COMMON_OPTIONS, type VerbEntry, type VerbOption } from "./verb.ts";

/** Help for the whole program. */
export function programHelp(version: string, verbs: readonly VerbEntry[]): string {
  return `hookline ${version}: an MQTT broker that writes everything that happens in it as JSON lines.

Usage: hookline VERB [options]

Verbs:
${rows(verbs.map((verb) => [verb.name, verb.summary]))}

Options:
${optionRows(COMMON_OPTIONS)}

Exit codes:
${exitRows()}

Each verb explains itself: hookline VERB --help
`;
}

/** Help for one verb. */
export function verbHelp(verb: VerbEntry): string {
  return `hookline ${verb.name}: ${verb.summary}.

Usage: hookline ${verb.usage}

${verb.about}

Options:
${optionRows({ ...verb.options, ...COMMON_OPTIONS })}

Exit codes:
${exitRows()}
`;
}

function optionRows(options: Readonly<Record<string, VerbOption>>): string {
  return rows(
    Object.entries(options).map(([name, option]) => [optionHead(name, option), optionHelp(option)]),
  );
}

function optionHead(name: string, option: VerbOption): string {
  const short = option.short === undefined ? "    " : `-${option.short}, `;
  return `${short}--${name}${option.type === "flag" ? "" : ` ${option.value ?? "VALUE"}`}`;
}

/** What an option is for, with its choices and its default. */
export function optionHelp(option: VerbOption): string {
  const notes: string[] = [];
  if (option.choices !== undefined) notes.push(option.choices.join("|"));
  if (option.default !== undefined) notes.push(`default ${option.default}`);
  return notes.length === 0 ? option.help : `${option.help} (${notes.join("; ")})`;
}

function exitRows(): string {
  return rows([...EXIT_MEANINGS].map(([code, meaning]) => [String(code), meaning]));
}

/** Two columns, the first as wide as its longest entry. */
function rows(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([head]) => head.length));
  return pairs.map(([head, text]) => `  ${head.padEnd(width)}  ${text}`).join("\n");
}
