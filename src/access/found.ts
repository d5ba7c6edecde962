// What kind of value was found where another was expected; never the value, which may be a secret.

export function foundKind(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === "") return "an empty string";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "a table";
  return `a ${typeof value}`;
}
