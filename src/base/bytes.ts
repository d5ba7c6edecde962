// What rooms that read lines as bytes have in common.

export const NEWLINE = 0x0a;

/** Reads until `into` is full or the file ends. Returns how many bytes it read. */
export async function fill(file: Pick<Deno.FsFile, "read">, into: Uint8Array): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const count = await file.read(into.subarray(done));
    if (count === null || count === 0) break;
    done += count;
  }
  return done;
}
