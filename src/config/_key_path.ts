// A key's path within a file, and how messages write it.

/** Names of tables, indexes of arrays: `["rule", "message_publish", 1, "topics", 0]`. */
export type KeyPath = readonly (string | number)[];

/** `rule.message_publish[1].topics[0]`; names that TOML must quote are quoted. */
export function keyText(path: KeyPath): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += `${text === "" ? "" : "."}${nameText(part)}`;
  }
  return text;
}

function nameText(name: string): string {
  const shown = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  return /^[A-Za-z0-9_-]+$/.test(name) ? shown : JSON.stringify(shown);
}
