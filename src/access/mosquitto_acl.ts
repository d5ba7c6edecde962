// Mosquitto's acl_file: `user`, `topic` and `pattern` lines, as rules for one client.
import { unknownWord } from "../base/nearest.ts";
import { topicFilterProblem } from "../mqtt/topics.ts";
import type { Peer } from "./access.ts";
import { expand, hasPlaceholder, PERCENT, widen } from "./placeholders.ts";
import type { LineProblem } from "./problems.ts";
import type { TopicRule } from "./topic_rule.ts";

const ACCESS: Readonly<Record<string, Pick<TopicRule, "allow" | "action">>> = {
  read: { allow: true, action: "subscribe" },
  write: { allow: true, action: "publish" },
  readwrite: { allow: true, action: "all" },
  deny: { allow: false, action: "all" },
};

interface Entry extends Pick<TopicRule, "allow" | "action"> {
  readonly filter: string;
}

export class MosquittoAcl {
  readonly #byUser: ReadonlyMap<string | undefined, readonly TopicRule[]>;
  readonly #patterns: readonly Entry[];

  /** @param byUser the key `undefined` is for clients without a username */
  constructor(byUser: ReadonlyMap<string | undefined, readonly Entry[]>, patterns: readonly Entry[]) {
    this.#byUser = new Map([...byUser].map(([user, entries]) => [user, denyFirst(entries).map(ruleOf)]));
    this.#patterns = denyFirst(patterns);
  }

  /** Rules in the order in which they are asked; where none is about a request, it is denied. */
  rulesFor({ clientId, username }: Pick<Peer, "clientId" | "username">): readonly TopicRule[] {
    const own = this.#byUser.get(username) ?? [];
    if (this.#patterns.length === 0) return own;
    if (/[+#]/.test(clientId) || /[+#]/.test(username ?? "")) return own;
    const patterns = this.#patterns.flatMap((entry): TopicRule[] => {
      if (username === undefined && entry.filter.includes(PERCENT.username)) return [];
      const filter = expand(entry.filter, PERCENT, { clientId, username });
      if (filter !== undefined) return [ruleOf({ ...entry, filter })];
      return entry.allow ? [] : [ruleOf({ ...entry, filter: widen(entry.filter, PERCENT) })];
    });
    return [...own, ...patterns];
  }
}

/** The rules of a file, or all that is wrong in it. */
export function parseMosquittoAcl(text: string): MosquittoAcl | readonly LineProblem[] {
  const problems: LineProblem[] = [];
  const byUser = new Map<string | undefined, Entry[]>();
  const patterns: Entry[] = [];
  let user: string | undefined;
  for (const [i, written] of text.split(/\r?\n/).entries()) {
    const fault = (problem: string): void => void problems.push({ line: i + 1, text: problem });
    const line = written.trim();
    if (line === "" || line.startsWith("#")) continue;
    const { word, rest } = firstWord(line);
    if (word === "user") {
      if (rest === "") fault("user: a name is missing");
      else user = rest;
    } else if (word === "topic" || word === "pattern") {
      const entry = parseEntry(word, rest, fault);
      if (entry === undefined) continue;
      if (word === "pattern") patterns.push(entry);
      else entriesOf(byUser, user).push(entry);
    } else {
      fault(unknownWord(`word ${JSON.stringify(word)}`, word, ["user", "topic", "pattern"]));
    }
  }
  return problems.length > 0 ? problems : new MosquittoAcl(byUser, patterns);
}

function entriesOf(byUser: Map<string | undefined, Entry[]>, user: string | undefined): Entry[] {
  const entries = byUser.get(user) ?? [];
  byUser.set(user, entries);
  return entries;
}

function parseEntry(kind: string, rest: string, fault: (problem: string) => void): Entry | undefined {
  if (rest === "") return void fault(`${kind}: a Topic Filter is missing`);
  const { word, rest: behind } = firstWord(rest);
  const access = Object.hasOwn(ACCESS, word) ? ACCESS[word] : undefined;
  if (access === undefined && behind !== "") {
    return void fault(unknownWord(`access ${JSON.stringify(word)}`, word, Object.keys(ACCESS)));
  }
  // `topic read` is about the topic "read".
  const filter = behind === "" ? rest : behind;
  const problem = topicFilterProblem(filter);
  if (problem !== undefined) return void fault(`${kind}: ${problem}`);
  const bad = kind === "pattern" &&
    filter.split("/").some((level) => hasPlaceholder(level, PERCENT) && level !== "%c" && level !== "%u");
  if (bad) return void fault("pattern: %c and %u must each be a whole level, between slashes");
  return { ...(behind === "" ? undefined : access) ?? { allow: true, action: "all" }, filter };
}

function firstWord(text: string): { word: string; rest: string } {
  const [, word = "", rest = ""] = /^(\S+)\s*(.*)$/.exec(text) ?? [];
  return { word, rest };
}

function denyFirst(entries: readonly Entry[]): readonly Entry[] {
  return [...entries.filter(({ allow }) => !allow), ...entries.filter(({ allow }) => allow)];
}

function ruleOf(entry: Entry): TopicRule {
  return { ...entry, literal: false };
}
