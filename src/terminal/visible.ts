// Hostile text made safe to show: what would steer a terminal or break a line is written as an escape.

// Controls (C0, DEL, C1), format characters such as direction overrides (but the joiners that scripts and
// emoji need), line and paragraph separators, lone surrogates.
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu;

/** `text` with every unsafe character as `\n`, `\r`, `\t`, `\x1b` or `\u{202e}`; it cannot be undone. */
export function visible(text: string): string {
  return text.replace(UNSAFE, escapeOne);
}

function escapeOne(char: string): string {
  if (char === "\n") return "\\n";
  if (char === "\r") return "\\r";
  if (char === "\t") return "\\t";
  const code = char.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
}
