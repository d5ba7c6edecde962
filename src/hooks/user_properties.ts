// The User Properties of a CONNECT as the lines show them.
import { jsonText } from "../mqtt/json_text.ts";

/**
 * A JSON object in the order sent: a value is a string, or an array of strings where the name repeats. Put
 * together as text, because a JavaScript object would sort names like `2` to the front.
 */
export function userPropertiesJson(pairs: readonly (readonly [string, string])[]): string {
  const byName = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const values = byName.get(name);
    if (values === undefined) byName.set(name, [value]);
    else values.push(value);
  }
  const members = Array.from(byName, ([name, values]) => {
    const [first = "", ...more] = values;
    return `${jsonText(name)}:${jsonText(more.length === 0 ? first : values)}`;
  });
  return `{${members.join(",")}}`;
}
