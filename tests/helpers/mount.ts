// File systems of a test's own, where it may mount one.

/** Runs a command; throws what it says where it fails. */
export function sh(command: string, ...args: string[]): void {
  const { success, stderr } = new Deno.Command(command, { args }).outputSync();
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

/** Whether a test may mount: that needs root, and a machine that lets root mount. */
export function canMount(): boolean {
  const dir = Deno.makeTempDirSync();
  try {
    sh("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", dir);
    sh("umount", dir);
    return true;
  } catch {
    return false; // then the tests with a failing disk show the same
  } finally {
    Deno.removeSync(dir);
  }
}
