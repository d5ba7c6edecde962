// The shell scripts of this folder: words between @ signs stand for what the build knows.

/** The script `name` with its words replaced. Throws for a word that nobody knows. */
export async function filled(
  name: string,
  words: Readonly<Record<string, string | number>>,
): Promise<string> {
  const read = (file: string): Promise<string> => Deno.readTextFile(new URL(`./${file}`, import.meta.url));
  const known = new Map<string, string | number>([
    ...Object.entries(words),
    ["OWN_FOLDER", await read("own_folder.sh")],
  ]);
  return (await read(name)).replaceAll(/@([A-Z0-9_]+)@/g, (mark, word) => {
    const value = known.get(word);
    if (value === undefined) throw new Error(`${name}: nothing is known for ${mark}`);
    return String(value);
  });
}
