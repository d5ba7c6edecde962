// The valid name that someone probably meant.

/** Longer words get no suggestion: the comparison costs the product of both lengths. */
const MAX_LENGTH = 64;

/** The candidate with the fewest edits from `word`, if they are few enough to be a slip; else `undefined`. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  let best: string | undefined;
  let bestEdits = Infinity;
  for (const candidate of candidates) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    const shorter = Math.min(word.length, candidate.length);
    // Someone who writes a word in full, or short, means it: "address" for "addr".
    const begins = shorter >= 3 && (word.startsWith(candidate) || candidate.startsWith(word));
    const allowed = Math.max(begins ? 3 : 1, Math.floor(shorter / 3));
    if (edits <= allowed && edits < bestEdits) {
      best = candidate;
      bestEdits = edits;
    }
  }
  return best;
}

/** `unknown key; did you mean "max_inflight"?`, or the list of what is allowed where nothing is near. */
export function unknownWord(
  what: string,
  word: string,
  allowed: readonly string[],
  alsoKnown: readonly string[] = [],
): string {
  const near = nearest(word, [...allowed, ...alsoKnown]);
  if (near !== undefined) return `unknown ${what}; did you mean "${near}"?`;
  return `unknown ${what}; allowed: ${allowed.join(", ")}`;
}

/** Insertions, deletions, replacements and swaps of neighbours: the optimal string alignment distance. */
function distance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min(
        (previous[j] ?? 0) + 1,
        (current[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, (beforePrevious[j - 2] ?? 0) + 1);
      }
      current.push(edits);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
