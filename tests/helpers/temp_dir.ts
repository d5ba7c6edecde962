// A folder for one test, gone after it.

/** `await using dir = await tempDir();` */
export async function tempDir(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "hookline-" });
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** Runs `body` in such a folder. */
export async function inTempDir(body: (dir: string) => Promise<void> | void): Promise<void> {
  await using dir = await tempDir();
  await body(dir.path);
}
