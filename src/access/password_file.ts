// A password file as Mosquitto writes it: one `username:hash` on each line.
import { parseHash, type PasswordHash } from "./password_hash.ts";
import type { LineProblem } from "./problems.ts";

export interface PasswordEntry {
  /** As it stands in the file: another one means another password. */
  readonly text: string;
  readonly hash: PasswordHash;
}

export interface PasswordFile {
  readonly users: ReadonlyMap<string, PasswordEntry>;
  /** Takes as long as the hash of most users, and is nobody's; `undefined` for a file without users. */
  readonly decoy: PasswordHash | undefined;
}

/** The users of a file, or all that is wrong in it. No sentence quotes a hash. */
export function parsePasswordFile(text: string): PasswordFile | readonly LineProblem[] {
  const problems: LineProblem[] = [];
  const users = new Map<string, PasswordEntry>();
  for (const [i, written] of text.split(/\r?\n/).entries()) {
    const line = written.trim();
    if (line === "" || line.startsWith("#")) continue;
    const problem = readLine(line, users);
    if (problem !== undefined) problems.push({ line: i + 1, text: problem });
  }
  return problems.length > 0 ? problems : { users, decoy: decoyOf([...users.values()]) };
}

function readLine(line: string, users: Map<string, PasswordEntry>): string | undefined {
  const colon = line.indexOf(":");
  if (colon < 0) return "a line is username:hash, and this one has no colon";
  const user = line.slice(0, colon).trim();
  const text = line.slice(colon + 1).trim();
  if (user === "") return "a username is missing before the colon";
  if (users.has(user)) return `the user ${JSON.stringify(user)} is there twice`;
  const hash = parseHash(text);
  if (typeof hash === "string") return `user ${JSON.stringify(user)}: ${hash}`;
  users.set(user, { text, hash });
  return undefined;
}

/** Of the commonest form and cost. */
function decoyOf(entries: readonly PasswordEntry[]): PasswordHash | undefined {
  const byCost = Map.groupBy(entries, ({ hash }) => hash.cost);
  const [commonest] = [...byCost.values()].sort((a, b) => b.length - a.length);
  return commonest?.[0]?.hash.decoy();
}
