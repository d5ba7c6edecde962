// A network of its own, with nothing but a loopback: ports that the text of README fixes are free there.

/** Commands run in it by what stands before them. Disposing of it ends it. */
export class OwnNetwork implements AsyncDisposable {
  readonly #holder: Deno.ChildProcess | undefined;

  private constructor(
    /** What stands before a command that runs in it. */
    readonly prefix: readonly string[],
    holder?: Deno.ChildProcess,
  ) {
    this.#holder = holder;
  }

  /** Linux's, as root or as a user who may make user namespaces; else this machine's own network. */
  static async open(): Promise<OwnNetwork> {
    const asUser = Deno.build.os !== "windows" && Deno.uid() !== 0 ? ["--user", "--map-root-user"] : [];
    if (Deno.build.os !== "linux") return new OwnNetwork([]);
    // It holds the namespace until its input ends.
    const holder = new Deno.Command("unshare", {
      args: [...asUser, "--net", "sh", "-c", "ip link set lo up && echo ready && exec cat"],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = holder.stdout.getReader();
    const { done } = await reader.read();
    reader.releaseLock();
    if (done) {
      await holder.stdin.close();
      await holder.stdout.cancel();
      await holder.status;
      return new OwnNetwork([]);
    }
    const enter = asUser.length > 0 ? ["--user", "--preserve-credentials"] : [];
    return new OwnNetwork(["nsenter", `--target=${holder.pid}`, "--net", ...enter, "--"], holder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#holder === undefined) return;
    await this.#holder.stdin.close();
    await this.#holder.stdout.cancel();
    await this.#holder.status;
  }
}
