// How a value that stands in a file is shown in a message: short, and never with a secret.

const MAX_SHOWN = 100;

/** The value as its reader would recognise it; passwords and queries of URLs are left out. */
export function foundText(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(shorten(withoutSecrets(value)));
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value instanceof Date) return "a date or time";
  return kindText(value);
}

/** Only what kind of value it is, for keys whose values are secrets. */
export function kindText(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (value instanceof Date) return "a date or time";
  if (typeof value === "object") return "a table";
  return `a ${typeof value}`;
}

/** Text that begins like a URL, however badly written, without its user, password, query and fragment. */
function withoutSecrets(text: string): string {
  if (!/^[a-z0-9+.-]*(:|\/\/)/i.test(text)) return text;
  return text.replace(/^([a-z0-9+.-]*:?\/*).*@/is, "$1***@").replace(/([?#]).*$/s, "$1***");
}

function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
