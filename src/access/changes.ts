// What a reload changes for clients, in sentences for the log: names of files and users, never a secret.
import type { AccessOptions } from "./options.ts";
import type { PasswordFile } from "./password_file.ts";

/** Names that one sentence has; of more it says how many. */
const MOST_NAMES = 5;

export function accessChanges(before: AccessOptions, after: AccessOptions): readonly string[] {
  const files = (options: AccessOptions): ReadonlySet<string> => new Set(options.files.keys());
  const changed = [...after.files].filter(([file, digest]) => {
    const old = before.files.get(file);
    return old !== undefined && old !== digest;
  });
  const order = after.order.join(", ");
  return [
    ...sentence("access: read from here on", files(after).difference(files(before))),
    ...sentence("access: no longer read", files(before).difference(files(after))),
    ...sentence("access: changed", changed.map(([file]) => file)),
    ...before.order.join(", ") === order ? [] : [`access: clients are asked about in the order ${order}`],
    ...userChanges(before.passwordFile, after.passwordFile),
  ];
}

function userChanges(before: PasswordFile | undefined, after: PasswordFile | undefined): readonly string[] {
  const old = before?.users ?? new Map();
  const now = after?.users ?? new Map();
  const [added, removed] = [new Set(now.keys()).difference(old), new Set(old.keys()).difference(now)];
  const changed = [...now.keys()].filter((user) =>
    old.has(user) && old.get(user)?.text !== now.get(user)?.text
  );
  return [
    ...sentence("access: new users", added),
    ...sentence("access: users removed", removed),
    ...sentence("access: new passwords of", changed),
  ];
}

function sentence(beginning: string, names: Iterable<string>): readonly string[] {
  const all = [...names];
  if (all.length === 0) return [];
  const shown = all.slice(0, MOST_NAMES).join(", ");
  return [`${beginning}: ${shown}${all.length > MOST_NAMES ? `, and ${all.length - MOST_NAMES} more` : ""}`];
}
