// The lines of a file that was written, one by one as they are asked for.

/** Longest line that is read, characters; of a longer one an end is left that is no JSON. */
const MAX_LINE = 64 * 1024 * 1024;

/** Without their newlines; `.gz` files are unpacked. Throws what the disk says. */
export async function* linesOfFile(path: string): AsyncGenerator<string> {
  // Not `using`: reading to the end, or giving up on the stream, closes it.
  const { readable } = await Deno.open(path);
  const bytes = path.endsWith(".gz") ? readable.pipeThrough(new DecompressionStream("gzip")) : readable;
  let rest = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE) rest = "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}
