// The self-contained form: the first start unpacks, every start checks, and whatever is wrong is healed or told.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { HEAD_SIZE } from "../../src/build/self_contained.ts";
import manifest from "../../deno.json" with { type: "json" };
import { until } from "../helpers/until.ts";
import { Packed, type Started } from "./_packed.ts";

const IS_ROOT = Deno.build.os !== "windows" && Deno.uid() === 0;
/** Runs what follows as a user who owns nothing. */
const AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
const LEFT = ["hookline", "hookline.mjs", "lock"];

function works({ code, err, lines }: Started): void {
  deepEqual({ code, err }, { code: 0, err: "" });
  ok(lines.length > 2);
}

Deno.test("the program gets its arguments as they are, the process id, the umask, and no more permissions than its set", async () => {
  await using packed = await Packed.make();
  const cache = await packed.folder("cache");
  const args = ["tail", "two words", "*", "$HOME", `"'`, "", "--no-prompt"];
  const started = await packed.start({
    env: { XDG_CACHE_HOME: cache },
    args,
    by: ["sh", "-c", 'umask 027; exec "$@"', "-"],
  });
  works(started);
  const { path, files } = packed.cached(cache);
  deepEqual(files, LEFT);
  const [pid, umask, verb, ...flags] = started.lines;
  deepEqual([pid, umask, verb], [String(started.pid), "0027", "run"]);
  const end = flags.indexOf(`${path}/hookline.mjs`);
  deepEqual(flags.slice(end + 1), args);
  const allowed = flags.slice(0, end).filter((flag) => /^--(allow|deny)|^-[A-Z]/.test(flag));
  deepEqual(
    allowed.map((flag) => /--allow-(\w+)/.exec(flag)?.[1]),
    Object.keys(manifest.permissions.hookline),
  );
  for (const flag of ["--no-prompt", "--no-config", "--no-npm", "--no-remote", "--cached-only"]) {
    ok(flags.slice(0, end).includes(flag), flag);
  }
  equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o700);
});

Deno.test({
  name:
    "SIGUSR1 never reaches the program, where env can hold it back; where it cannot, the program runs all the same",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using packed = await Packed.make();
    const env = { XDG_CACHE_HOME: await packed.folder("cache") };
    works(await packed.start({ env: { ...env, SIGNAL: "USR1" } }));
    const other = await packed.folder("other");
    await Deno.writeTextFile(`${other}/env`, "#!/bin/sh\nexit 125\n", { mode: 0o755 });
    works(await packed.start({ env: { ...env, PATH: `${other}:/usr/bin:/bin` } }));
  },
});

for (const shell of [["dash"], ["bash", "--posix"], ["busybox", "sh"]]) {
  Deno.test({
    name: `it runs in ${shell.join(" ")}`,
    ignore: !has(shell[0] ?? ""),
    fn: async () => {
      await using packed = await Packed.make();
      const env = { XDG_CACHE_HOME: await packed.folder("cache") };
      works(await packed.start({ env, by: shell }));
      works(await packed.start({ env, by: shell }));
    },
  });
}

Deno.test("a new version removes what older ones unpacked, but the latest of them and what is not its own", async () => {
  await using packed = await Packed.make();
  const cache = await packed.folder("cache");
  const names = [
    "0.0.1-0123456789abcdef",
    "0.0.2-0123456789abcdef",
    "0.0.3-0123456789abcdef",
    "code-0.0.1",
    "mine",
  ];
  for (const [i, name] of names.entries()) {
    await Deno.mkdir(`${cache}/hookline/${name}`, { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(`${cache}/hookline/${name}/hookline`, "old");
    await Deno.utime(`${cache}/hookline/${name}`, 1_000_000 + i, 1_000_000 + i);
  }
  const env = { XDG_CACHE_HOME: cache };
  works(await packed.start({ env }));
  works(await packed.start({ env }));
  const left = [...Deno.readDirSync(`${cache}/hookline`)].map(({ name }) => name);
  deepEqual(left.filter((name) => names.includes(name)).sort(), names.slice(2));
  equal(left.length, 4);
});

for (const flock of [true, false]) {
  Deno.test(`ten first starts at once all work (${flock ? "with" : "without"} flock)`, async () => {
    await using packed = await Packed.make(2_000_000);
    const cache = await packed.folder("cache");
    const path = flock ? "/usr/bin:/bin" : await toolsWithout(packed, "flock");
    const starts = Array.from(
      { length: 10 },
      () => packed.start({ env: { XDG_CACHE_HOME: cache, PATH: path } }),
    );
    for (const started of await Promise.all(starts)) works(started);
    deepEqual(packed.cached(cache).files, LEFT.slice(0, flock ? 3 : 2));
  });
}

Deno.test("a first start that is killed leaves nothing that the next one does not clear away", async () => {
  await using packed = await Packed.make(20_000_000);
  const cache = await packed.folder("cache");
  const killed = packed.spawn({ env: { XDG_CACHE_HOME: cache }, by: ["setsid"] });
  const parts = (): string[] => {
    try {
      return packed.cached(cache).files.filter((name) => name.startsWith(".hookline."));
    } catch {
      return []; // there is no folder yet
    }
  };
  await until(() => parts().length > 0, "unpacking has begun");
  Deno.kill(-killed.pid, "SIGKILL");
  await killed.output();
  equal(parts().length, 1);
  works(await packed.start({ env: { XDG_CACHE_HOME: cache } }));
  deepEqual(packed.cached(cache).files, LEFT);
});

const DAMAGES: readonly (readonly [string, (path: string) => void])[] = [
  ["a byte of the runtime is another", (path) => {
    const bytes = Deno.readFileSync(`${path}/hookline`);
    bytes[40] = 33;
    Deno.writeFileSync(`${path}/hookline`, bytes);
  }],
  ["the runtime is empty, as after a power cut", (path) => Deno.truncateSync(`${path}/hookline`)],
  ["the program is cut short", (path) => Deno.truncateSync(`${path}/hookline.mjs`, 5)],
  ["the program is gone", (path) => Deno.removeSync(`${path}/hookline.mjs`)],
  ["the runtime cannot be executed", (path) => Deno.chmodSync(`${path}/hookline`, 0o600)],
];

for (const [what, damage] of DAMAGES) {
  Deno.test(`a damaged cache is unpacked anew: ${what}`, async () => {
    await using packed = await Packed.make();
    const env = { XDG_CACHE_HOME: await packed.folder("cache") };
    works(await packed.start({ env }));
    damage(packed.cached(env.XDG_CACHE_HOME).path);
    works(await packed.start({ env }));
    equal(await Deno.readTextFile(`${packed.cached(env.XDG_CACHE_HOME).path}/hookline.mjs`), "the program\n");
  });
}

Deno.test("the cache is in $XDG_CACHE_HOME, else in ~/.cache; a relative one is ignored", async () => {
  await using packed = await Packed.make();
  const home = await packed.folder("home");
  works(await packed.start({ env: { HOME: home, XDG_CACHE_HOME: "relative" } }));
  deepEqual(packed.cached(`${home}/.cache`).files, LEFT);
  const cache = await packed.folder("cache");
  works(await packed.start({ env: { HOME: "/nonexistent", XDG_CACHE_HOME: cache } }));
  deepEqual(packed.cached(cache).files, LEFT);
});

Deno.test({
  name: "without any place to write to it says which were tried, why not, and what to do",
  ignore: !IS_ROOT,
  fn: async () => {
    await using packed = await Packed.make();
    const home = await packed.folder("home"); // root's: read-only for nobody
    const { code, err } = await packed.start({ env: { HOME: home }, by: AS_NOBODY });
    equal(code, 1);
    match(
      err,
      /^hookline: there is no place to unpack to; set XDG_CACHE_HOME to a folder of yours with 1 MB free/,
    );
    match(err, new RegExp(`\\n {2}${home}/\\.cache: .*cannot be made\\b`));
    match(err, /\n {2}\/var\/cache\b/);
    const own = await packed.folder("own");
    await Deno.chown(own, 65534, 65534);
    works(await packed.start({ env: { HOME: home, XDG_CACHE_HOME: own }, by: AS_NOBODY }));
  },
});

for (
  const [what, options, message] of [
    ["a full disk", "size=16k", /takes 1 MB \(0 MB free\)/],
    ["a place that programs cannot be run from", "size=1m,noexec", /mounted noexec\?/],
  ] as const
) {
  Deno.test({
    name: `${what} is told, and the next place is used when there is one`,
    ignore: !canMount(),
    fn: async () => {
      await using packed = await Packed.make(200_000);
      const disk = await packed.folder("disk");
      sh("mount", "-t", "tmpfs", "-o", `${options},mode=1777`, "tmpfs", disk);
      try {
        const alone = await packed.start({
          env: { XDG_CACHE_HOME: disk, HOME: "/nonexistent" },
          by: AS_NOBODY,
        });
        equal(alone.code, 1);
        match(alone.err, message);
        await Deno.remove(`${disk}/hookline`, { recursive: true });
        const home = await packed.folder("home");
        works(await packed.start({ env: { XDG_CACHE_HOME: disk, HOME: home } }));
      } finally {
        sh("umount", disk);
      }
    },
  });
}

/** What happened to an executable on its way, and how that is done to its bytes. */
const SPOILED: readonly (readonly [string, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>])[] = [
  ["a byte is another", (bytes) => bytes.with(bytes.length - 50_000, (bytes.at(-50_000) ?? 0) ^ 255)],
  ["its end is missing", (bytes) => bytes.slice(0, -50_000)],
  // gzip finds nothing wrong with it: only the hash does.
  ["its program is another, whole one", (bytes) => {
    const [own, other] = ["the program\n", "THE PROGRAM\n"].map((text) => gzipSync(text, { level: 9 }));
    equal(own?.length, other?.length);
    bytes.set(other ?? [], HEAD_SIZE);
    return bytes;
  }],
];

for (const [what, spoil] of SPOILED) {
  Deno.test(`an executable that is damaged itself says so, runs nothing and leaves nothing: ${what}`, async () => {
    await using packed = await Packed.make(100_000);
    await Deno.writeFile(packed.file, spoil(await Deno.readFile(packed.file)));
    const env = { XDG_CACHE_HOME: await packed.folder("cache"), HOME: "/nonexistent" };
    await Deno.chmod(env.XDG_CACHE_HOME, 0o1777);
    const { code, err, lines } = await packed.start({ env, by: IS_ROOT ? AS_NOBODY : [] });
    deepEqual({ code, lines }, { code: 1, lines: [] });
    match(err, /hookline is damaged/);
    const { files } = packed.cached(env.XDG_CACHE_HOME);
    deepEqual(files.filter((name) => name.startsWith(".") || name === "hookline"), []);
  });
}

/** A folder with the tools that the head uses, but one. */
async function toolsWithout(packed: Packed, missing: string): Promise<string> {
  const folder = await packed.folder("tools");
  const tools = "sh awk cat chmod cksum cut df gzip head id ls mkdir mv readlink rm sha256sum sync tail"
    .split(" ");
  for (const tool of tools.filter((name) => name !== missing)) {
    await Deno.symlink(`/usr/bin/${tool}`, `${folder}/${tool}`);
  }
  return folder;
}

function has(command: string): boolean {
  return ["/usr/bin", "/bin"].some((folder) => {
    try {
      return Deno.statSync(`${folder}/${command}`).isFile;
    } catch {
      return false; // not there
    }
  });
}

function sh(command: string, ...args: string[]): void {
  const { success, stderr } = new Deno.Command(command, { args }).outputSync();
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

/** Mounting needs root, and a machine that lets root mount. */
function canMount(): boolean {
  if (!IS_ROOT) return false;
  const dir = Deno.makeTempDirSync();
  try {
    sh("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", dir);
    sh("umount", dir);
    return true;
  } catch {
    return false; // a container without the privilege
  } finally {
    Deno.removeSync(dir);
  }
}
