// Text for many lines, in one piece: what is added with + stays in its pieces, and each line that has it
// would have them gathered again when it is written.

export function joined(...parts: readonly (string | number)[]): string {
  return parts.join("");
}
