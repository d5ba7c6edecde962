// JSON for lines that people read in a terminal: one line there too, and nothing in it that a terminal obeys.

/**
 * The C1 controls, which some terminals obey, and the two Unicode line ends: valid in JSON, so JSON.stringify
 * leaves them.
 */
const UNSAFE = /[\u0080-\u009f\u2028\u2029]/g;

/** `value` as compact JSON in which those characters are escaped: `\u0085`. */
export function jsonText(value: string | object): string {
  return JSON.stringify(value).replace(UNSAFE, escaped);
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
