// Root, or anyone else, runs nothing out of a folder that another user could change, and writes to none: the
// self-contained form, which unpacks, and what the Debian package starts, which keeps V8's compiled code.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { lchownSync } from "node:fs";
import manifest from "../../deno.json" with { type: "json" };
import { packagedLauncher } from "../../src/build/packaged.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { Packed } from "./_packed.ts";

const IS_ROOT = Deno.build.os === "linux" && Deno.uid() === 0;
const NOBODY = 65534;

/** What somebody else can do to a folder of a cache, by what is wrong then; `path` is the folder. */
const SPOILS: readonly (readonly [string, (path: string) => void])[] = [
  ["is somebody else's", (path) => lchownSync(path, NOBODY, NOBODY)],
  ["can be written to by its group", (path) => Deno.chmodSync(path, 0o775)],
  ["can be written to by all", (path) => Deno.chmodSync(path, 0o777)],
  ["is a link of somebody else's", (path) => {
    Deno.renameSync(path, `${path}.elsewhere`);
    Deno.symlinkSync(`${path}.elsewhere`, path);
    lchownSync(path, NOBODY, NOBODY);
  }],
];

for (const [what, spoil] of SPOILS) {
  for (const depth of ["", "/.cache", "/.cache/hookline", "/.cache/hookline/VERSION"]) {
    Deno.test({
      name: `the self-contained form runs nothing where HOME${depth} ${what}; the next place is used`,
      ignore: !IS_ROOT,
      fn: async () => {
        await using packed = await Packed.make();
        const home = await packed.folder("home");
        equal((await packed.start({ env: { HOME: home } })).code, 0);
        const { path } = packed.cached(`${home}/.cache`);
        await Deno.writeTextFile(`${path}/hookline`, "#!/bin/sh\necho somebody else's\n");
        spoil(depth.endsWith("VERSION") ? path : `${home}${depth}`);
        const before = everything(packed.dir.path);
        const next = await packed.folder("next");
        // XDG_CACHE_HOME stands before HOME: here it names the same folder, and HOME the one that is right.
        const env = { XDG_CACHE_HOME: `${home}/.cache`, HOME: next };
        const { code, lines } = await packed.start({ env });
        equal(code, 0);
        ok(lines.includes(`${packed.cached(`${next}/.cache`).path}/hookline.mjs`), lines.join("\n"));
        await Deno.remove(next, { recursive: true });
        deepEqual(everything(packed.dir.path), before, "nothing was written there");
      },
    });
  }
}

Deno.test({
  name: "links of root's own are followed, as systemd's CacheDirectory= and many a /home have them",
  ignore: !IS_ROOT,
  fn: async () => {
    await using packed = await Packed.make();
    const cache = await packed.folder("cache");
    await packed.folder("private");
    await Deno.symlink("../private/./hookline", `${cache}/hookline`);
    await Deno.symlink(cache, `${packed.dir.path}/link`);
    await Deno.mkdir(`${packed.dir.path}/private/hookline`, { mode: 0o700 });
    const { code, lines } = await packed.start({ env: { XDG_CACHE_HOME: `${packed.dir.path}/link` } });
    equal(code, 0);
    const { path } = packed.cached(`${packed.dir.path}/private`);
    ok(lines.includes(`${path}/hookline.mjs`), lines.join("\n"));
  },
});

Deno.test({
  name: "links that go round in a circle end with a sentence",
  ignore: !IS_ROOT,
  fn: async () => {
    await using packed = await Packed.make();
    await Deno.symlink("b", `${packed.dir.path}/a`);
    await Deno.symlink("a", `${packed.dir.path}/b`);
    const env = { XDG_CACHE_HOME: `${packed.dir.path}/a`, PATH: "/usr/bin:/bin" };
    const by = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
    const { code, err } = await packed.start({ env, by });
    equal(code, 1);
    match(err, new RegExp(`${packed.dir.path}/a: .*(cannot be made|link too many)`));
  },
});

/** The folder for V8's code that the package's launcher gives the runtime. */
async function codeFolder(env: Readonly<Record<string, string>>): Promise<string> {
  await using lib = await tempDir();
  await Deno.writeTextFile(`${lib.path}/hookline`, `#!/bin/sh\necho "$DENO_DIR $(umask) $*"\n`, {
    mode: 0o755,
  });
  await Deno.writeTextFile(`${lib.path}/launcher`, await packagedLauncher(lib.path));
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `umask 027; exec sh ${lib.path}/launcher tail "two words"`],
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin", ...env },
  }).output();
  deepEqual({ code, err: new TextDecoder().decode(stderr) }, { code: 0, err: "" });
  const [folder = "", umask, ...args] = new TextDecoder().decode(stdout).trim().split(" ");
  equal(umask, "0027");
  deepEqual(args.slice(-3), ["tail", "two", "words"]);
  return folder;
}

Deno.test("the package keeps V8's code in systemd's folder, else in the user's cache, else nowhere", async () => {
  await using dir = await tempDir();
  const code = `code-${manifest.version}`;
  for (const name of ["service", "xdg", "home"]) await Deno.mkdir(`${dir.path}/${name}`, { mode: 0o700 });
  const [service, xdg, home] = ["service", "xdg", "home"].map((name) => `${dir.path}/${name}`);
  equal(await codeFolder({ CACHE_DIRECTORY: service!, XDG_CACHE_HOME: xdg! }), `${service}/${code}`);
  equal(await codeFolder({ XDG_CACHE_HOME: xdg!, HOME: home! }), `${xdg}/hookline/${code}`);
  equal(await codeFolder({ HOME: home! }), `${home}/.cache/hookline/${code}`);
  equal(await codeFolder({}), "/dev/null");
});

Deno.test({
  name: "the package writes V8's code through no link that somebody else planted",
  ignore: !IS_ROOT,
  fn: async () => {
    await using dir = await tempDir();
    await Deno.chmod(dir.path, 0o755);
    const cache = `${dir.path}/home/.cache/hookline`;
    await Deno.mkdir(cache, { recursive: true });
    await Deno.mkdir(`${dir.path}/victim`);
    await Deno.symlink(`${dir.path}/victim`, `${cache}/code-${manifest.version}`);
    for (const path of ["/home", "/home/.cache", "/home/.cache/hookline"]) {
      await Deno.chown(`${dir.path}${path}`, NOBODY, NOBODY);
    }
    lchownSync(`${cache}/code-${manifest.version}`, NOBODY, NOBODY);
    equal(await codeFolder({ HOME: `${dir.path}/home` }), "/dev/null");
    // Nor where the way itself is root's.
    await Deno.chown(`${dir.path}/home`, 0, 0);
    equal(await codeFolder({ HOME: `${dir.path}/home` }), "/dev/null");
  },
});

/** Every path below a folder. */
function everything(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? [path, ...everything(path)] : [path];
  }).sort();
}
