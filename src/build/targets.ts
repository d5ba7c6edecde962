// The targets an executable is made for, and where the runtime of each comes from.

export interface Target {
  /** As `deno compile --target` and `Deno.build.target` name it. */
  readonly triple: string;
  /** The npm package with the Deno executable, of the same version as Deno. */
  readonly npmPackage: string;
  /** Debian's name of the architecture, where Debian runs on it. */
  readonly debian?: string;
  /** The self-contained form starts with a POSIX shell script, which Windows cannot run. */
  readonly posix: boolean;
}

export const TARGETS: readonly Target[] = [
  { triple: "x86_64-unknown-linux-gnu", npmPackage: "@deno/linux-x64-glibc", debian: "amd64", posix: true },
  {
    triple: "aarch64-unknown-linux-gnu",
    npmPackage: "@deno/linux-arm64-glibc",
    debian: "arm64",
    posix: true,
  },
  { triple: "x86_64-apple-darwin", npmPackage: "@deno/darwin-x64", posix: true },
  { triple: "aarch64-apple-darwin", npmPackage: "@deno/darwin-arm64", posix: true },
  { triple: "x86_64-pc-windows-msvc", npmPackage: "@deno/win32-x64", posix: false },
];

/** The targets that `--target` names: a triple, `all`, or by default this machine's. Throws for any other. */
export function targetsOf(name: string = Deno.build.target): readonly Target[] {
  if (name === "all") return TARGETS;
  const target = TARGETS.find(({ triple }) => triple === name);
  if (target === undefined) {
    throw new Error(
      `There is no target ${name}; allowed: all, ${TARGETS.map(({ triple }) => triple).join(", ")}.`,
    );
  }
  return [target];
}
