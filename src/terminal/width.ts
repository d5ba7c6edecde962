// Text measured and fitted in terminal columns, where a wide character takes two and a combining one none.

const SIMPLE = /^[\x20-\x7e]*$/;
const NO_WIDTH = /[\p{Mn}\p{Me}\u200c\u200d\ufe00-\ufe0f]/u;
const WIDE = new RegExp(
  "[\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\ua4cf\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe6f" +
    "\\uff00-\\uff60\\uffe0-\\uffe6\\u{20000}-\\u{3fffd}]|\\p{Emoji_Presentation}",
  "u",
);

/** Columns that `text` takes; it must be free of control characters. */
export function widthOf(text: string): number {
  if (SIMPLE.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

/** Cuts the end of what is wider than `width`, ending it with `…`. */
export function cutEnd(text: string, width: number): string {
  if (fits(text, width)) return text;
  return width < 1 ? "" : `${take(text, width - 1)}…`;
}

/** Cuts the middle of what is wider than `width`: both ends of an id or a topic tell something. */
export function cutMiddle(text: string, width: number): string {
  if (fits(text, width)) return text;
  if (width < 5) return cutEnd(text, width);
  const tail = Math.floor((width - 1) / 2);
  // As many characters as columns are enough for the end, even when each is narrow.
  const end = [...text.slice(-2 * tail)].reverse();
  const kept = [...take(end, tail)].reverse().join("");
  return `${take(text, width - 1 - tail)}…${kept}`;
}

/** Fills up with spaces to `width`. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

function fits(text: string, width: number): boolean {
  // Combining marks take no column, but a cell is not a place to stack thousands of them.
  return text.length <= 8 * width + 8 && widthOf(text) <= width;
}

/** The longest beginning that fits `width`. */
function take(chars: Iterable<string>, width: number): string {
  let taken = "";
  let used = 0;
  for (const char of chars) {
    used += charWidth(char);
    if (used > width || taken.length > 8 * width) break;
    taken += char;
  }
  return taken;
}

function charWidth(char: string): number {
  if (SIMPLE.test(char)) return 1;
  if (NO_WIDTH.test(char)) return 0;
  return WIDE.test(char) ? 2 : 1;
}
