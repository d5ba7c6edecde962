// `hookline completions`: scripts for bash, zsh and fish, made from the table of verbs.
import { hintFor } from "./arguments.ts";
import { EXIT } from "./exit_code.ts";
import { COMMON_OPTIONS, UsageError, type Verb, type VerbEntry, type VerbOption } from "./verb.ts";

type Verbs = readonly VerbEntry[];

const SHELLS: Readonly<Record<string, (verbs: Verbs) => string>> = { bash, zsh, fish };

/** @param verbs the whole table */
export function completions(verbs: Verbs): Verb {
  // deno-lint-ignore require-await -- a Verb is async; this one has nothing to wait for
  return async (_values, positionals, io) => {
    const names = Object.keys(SHELLS);
    const [name] = positionals;
    if (name === undefined) throw new UsageError(`Which shell? hookline completions ${names.join("|")}`);
    const script = Object.hasOwn(SHELLS, name) ? SHELLS[name] : undefined;
    if (script === undefined) {
      const wrong = `There are no completions for ${JSON.stringify(name)}; allowed: ${names.join(", ")}.`;
      throw new UsageError(wrong + hintFor(name, names));
    }
    io.out(script(verbs));
    return EXIT.done;
  };
}

function optionsOf(verb: VerbEntry): [string, VerbOption][] {
  return Object.entries({ ...verb.options, ...COMMON_OPTIONS });
}

/** `--lines` and `-n`. */
function spellings(name: string, { short }: VerbOption): string[] {
  return [`--${name}`, ...(short === undefined ? [] : [`-${short}`])];
}

function isFile({ value }: VerbOption): boolean {
  return value === "FILE";
}

function bash(all: Verbs): string {
  const values = all.flatMap((verb) =>
    optionsOf(verb).filter(([, { type }]) => type !== "flag").map(([name, option]) => {
      const patterns = spellings(name, option).map((spelling) => `${verb.name}:${spelling}`).join("|");
      if (isFile(option)) {
        return `    ${patterns}) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;`;
      }
      const words = (option.choices ?? []).join(" ");
      return `    ${patterns}) mapfile -t COMPREPLY < <(compgen -W ${quote(words)} -- "$word"); return ;;`;
    })
  );
  const verbs = all.map((verb) => {
    const options = optionsOf(verb).flatMap(([name, option]) => spellings(name, option)).join(" ");
    return `    ${verb.name}) options=${quote(options)}; ${bashPositionals(verb)} ;;`;
  });
  return `# bash completion for hookline, printed by: hookline completions bash
_hookline() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} verb=\${COMP_WORDS[1]}
  local options positionals=()
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W ${
    quote([...all.map(({ name }) => name), "--help", "--version"].join(" "))
  } -- "$word")
    return
  fi
  case $verb:$before in
${values.join("\n")}
  esac
  case $verb in
${verbs.join("\n")}
    *) return ;;
  esac
  if [[ $word == -* ]]; then positionals=(-W "$options"); fi
  mapfile -t COMPREPLY < <(compgen "\${positionals[@]}" -- "$word")
}
complete -o filenames -F _hookline hookline
`;
}

function bashPositionals({ positionals }: VerbEntry): string {
  if (positionals === "files") return "positionals=(-f)";
  if (positionals === "folder") return "positionals=(-d)";
  return `positionals=(-W ${quote((positionals ?? []).join(" "))})`;
}

function zsh(all: Verbs): string {
  const cases = all.map((verb) => {
    const specs = optionsOf(verb).map(([name, option]) => zshOption(name, option));
    const rest = zshPositionals(verb);
    return `    ${verb.name})\n      _arguments ${[...specs, ...rest].join(" \\\n        ")} ;;`;
  });
  const verbs = all.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`);
  return `#compdef hookline
# zsh completion for hookline, printed by: hookline completions zsh
_hookline() {
  local -a verbs=(
${verbs.join("\n")}
  )
  if ((CURRENT == 2)); then
    _describe verb verbs
    return
  fi
  local verb=$words[2]
  words=("\${(@)words[2,-1]}")
  ((CURRENT--))
  case $verb in
${cases.join("\n")}
  esac
}
if [[ $funcstack[1] == _hookline ]]; then _hookline "$@"; else compdef _hookline hookline; fi
`;
}

function zshOption(name: string, option: VerbOption): string {
  const help = `[${option.help.replaceAll(/[[\]:]/g, (c) => `\\${c}`)}]`;
  const action = option.type === "flag" ? "" : `:${option.value ?? name}:${zshValues(option)}`;
  return spellings(name, option).map((s) => quote(`${option.type === "list" ? "*" : ""}${s}${help}${action}`))
    .join(" ");
}

function zshValues(option: VerbOption): string {
  if (isFile(option)) return "_files";
  return option.choices === undefined ? " " : `(${option.choices.join(" ")})`;
}

function zshPositionals({ positionals, maxPositionals }: VerbEntry): string[] {
  if (positionals === undefined || maxPositionals === 0) return [];
  const action = positionals === "files"
    ? "_files"
    : positionals === "folder"
    ? "_files -/"
    : `(${positionals.join(" ")})`;
  return [quote(`${maxPositionals > 1 ? "*" : "1"}:argument:${action}`)];
}

function fish(all: Verbs): string {
  const verbs = all.map(({ name, summary }) =>
    `complete -c hookline -n __fish_use_subcommand -f -a ${name} -d ${quote(summary)}`
  );
  const options = all.flatMap((verb) => {
    const when = `-n '__fish_seen_subcommand_from ${verb.name}'`;
    const lines = optionsOf(verb).map(([name, option]) => {
      const short = option.short === undefined ? "" : ` -s ${option.short}`;
      return `complete -c hookline ${when} -l ${name}${short}${fishValues(option)} -d ${quote(option.help)}`;
    });
    return [...lines, `complete -c hookline ${when} ${fishPositionals(verb)}`];
  });
  return `# fish completion for hookline, printed by: hookline completions fish
${verbs.join("\n")}
${options.join("\n")}
`;
}

function fishValues(option: VerbOption): string {
  if (option.type === "flag") return "";
  if (isFile(option)) return " -r -F";
  return option.choices === undefined ? " -x" : ` -x -a ${quote(option.choices.join(" "))}`;
}

function fishPositionals({ positionals }: VerbEntry): string {
  if (positionals === "files") return "-F";
  if (positionals === "folder") return "-f -a '(__fish_complete_directories)'";
  return positionals === undefined ? "-f" : `-f -a ${quote(positionals.join(" "))}`;
}

/** As one word of any shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
