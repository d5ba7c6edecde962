// A password file as text that one user is put into or taken out of: all other lines stay as they are.

/** Why `user` cannot be the name of a user in a password file, or `undefined`. */
export function userNameProblem(user: string): string | undefined {
  if (user === "") return "a user name must have at least one character";
  if (user.includes(":")) return "a user name must have no colon: in the file it ends at the first";
  if (user !== user.trim()) return "a user name must not begin or end with a blank";
  if (user.startsWith("#")) return "a user name must not begin with #: in the file that is a comment";
  return /\p{Cc}/u.test(user) ? "a user name must have no control characters" : undefined;
}

/** @param hash as {@link makeHash} makes it; the user's line stays where it is, a new one is the last */
export function withUser(text: string, user: string, hash: string): string {
  const lines = linesOf(text);
  const at = lines.findIndex((line) => userOf(line) === user);
  const line = `${user}:${hash}`;
  return joined(at < 0 ? [...lines, line] : lines.with(at, line));
}

/** `undefined` where there is no such user. */
export function withoutUser(text: string, user: string): string | undefined {
  const lines = linesOf(text);
  const left = lines.filter((line) => userOf(line) !== user);
  return left.length === lines.length ? undefined : joined(left);
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

function userOf(line: string): string | undefined {
  const trimmed = line.trim();
  const colon = trimmed.indexOf(":");
  return trimmed.startsWith("#") || colon < 0 ? undefined : trimmed.slice(0, colon).trim();
}
