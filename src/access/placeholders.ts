// Placeholders in the topics of a rule, replaced once for each client, and never by more than a plain level.
import type { Peer } from "./access.ts";

/** How a format writes them. */
export interface Placeholders {
  readonly clientId: string;
  readonly username: string;
}

/** Mosquitto's and `rmqtt-acl.toml`'s. */
export const PERCENT: Placeholders = { clientId: "%c", username: "%u" };
/** Those of the `acl` lists of HTTP answers and tokens. */
export const BRACES: Placeholders = { clientId: "${clientid}", username: "${username}" };

type Names = Pick<Peer, "clientId" | "username">;

export function hasPlaceholder(text: string, { clientId, username }: Placeholders): boolean {
  return text.includes(clientId) || text.includes(username);
}

/**
 * `text` for one client, in one pass; `undefined` where a name would be more than one plain level: one that
 * is missing or empty, holds a wildcard or a `/`, or makes the topic one of those that begin with `$`.
 */
export function expand(text: string, placeholders: Placeholders, names: Names): string | undefined {
  const parts = split(text, placeholders);
  const expanded = parts.map((part, i) => {
    if (part !== placeholders.clientId && part !== placeholders.username) return part;
    const name = part === placeholders.clientId ? names.clientId : names.username;
    const beginsTopic = parts.slice(0, i).every((before) => before === "");
    return name !== undefined && isPlain(name, beginsTopic) ? name : undefined;
  });
  return expanded.includes(undefined) ? undefined : expanded.join("");
}

/**
 * The smallest filter that selects all that `text` could mean for any client: for a rule that denies, which
 * must not be escaped by a name that cannot be filled in.
 */
export function widen(text: string, placeholders: Placeholders): string {
  const levels = text.split("/");
  const first = levels.findIndex((level) => hasPlaceholder(level, placeholders));
  return first < 0 ? text : [...levels.slice(0, first), "#"].join("/");
}

function isPlain(name: string, beginsTopic: boolean): boolean {
  return name !== "" && !/[+#/\0]/.test(name) && !(beginsTopic && name.startsWith("$"));
}

/** The placeholders and what stands between them, in order. */
function split(text: string, { clientId, username }: Placeholders): string[] {
  const parts: string[] = [];
  let at = 0;
  while (at < text.length) {
    const next = [clientId, username]
      .map((word) => ({ word, index: text.indexOf(word, at) }))
      .filter(({ index }) => index >= 0)
      .sort((a, b) => a.index - b.index)[0];
    parts.push(text.slice(at, next?.index ?? text.length));
    if (next === undefined) break;
    parts.push(next.word);
    at = next.index + next.word.length;
  }
  return parts;
}
