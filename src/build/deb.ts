// `deno task deb`: a Debian package of the executable in dist/, made with Debian's own dpkg-deb.
//
//   deno task deb [--form compile|self-contained]
//
// The self-contained form is packed unpacked: the package needs no cache, and is as small.
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { bundle } from "./bundle.ts";
import { compiled, formOf } from "./forms.ts";
import { runs } from "./made.ts";
import { packagedLauncher } from "./packaged.ts";
import { output, ROOT, VERSION } from "./project.ts";
import { runtimeOf } from "./runtime.ts";
import { type Target, targetsOf } from "./targets.ts";
import { addChecksum, say, task } from "./task.ts";

const MAINTAINER = "The Hookline authors <hookline@localhost>";

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { form: { type: "string" } } });
  const [target] = targetsOf();
  if (target?.debian === undefined) {
    throw new Error("A .deb is made on Linux, for the machine's own architecture.");
  }
  const work = await Deno.makeTempDir({ prefix: "hookline-deb-" });
  try {
    const root = `${work}/root`;
    await Deno.mkdir(`${root}/usr/bin`, { recursive: true });
    await putProgram(target, values.form, work, root);
    await putFiles(root);
    await putControl(target.debian, root);
    const file = `${ROOT}dist/hookline_${VERSION}_${target.debian}.deb`;
    await Deno.mkdir(`${ROOT}dist`, { recursive: true });
    await output("dpkg-deb", ["--root-owner-group", "-Zxz", "--build", root, file]);
    say(`${file}: ${await addChecksum(file)}`);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** /usr/bin/hookline, and in the self-contained form what it starts. */
async function putProgram(
  target: Target,
  form: string | undefined,
  work: string,
  root: string,
): Promise<void> {
  const asked = formOf(form);
  const problem = asked === "self-contained" ? "" : await compiled(target, work, `${root}/usr/bin/hookline`);
  if (problem === undefined) return;
  if (asked === "compile") throw new Error(problem);
  const lib = `${root}/usr/lib/hookline`;
  await Deno.mkdir(lib, { recursive: true });
  await bundle(`${lib}/hookline.mjs`);
  await Deno.copyFile(await runtimeOf(target, work), `${lib}/hookline`);
  await Deno.chmod(`${lib}/hookline`, 0o755);
  await write(`${root}/usr/bin/hookline`, await packagedLauncher("/usr/lib/hookline"), 0o755);
  await runs(target, ["sh", "-c", await packagedLauncher(lib), "hookline"], { XDG_CACHE_HOME: work });
}

async function putFiles(root: string): Promise<void> {
  const hooks = await Deno.readTextFile(`${ROOT}etc/plugins/rmqtt-web-hook.toml`);
  const ownLine = 'urls = ["file:./hook.log"]';
  if (!hooks.includes(`\n${ownLine}\n`)) {
    throw new Error(`etc/plugins/rmqtt-web-hook.toml has no line ${ownLine}`);
  }
  const copies: Readonly<Record<string, string>> = {
    "etc/hookline/hookline.toml": await Deno.readTextFile(`${ROOT}etc/hookline.toml`),
    // Where a service's events belong; the file has Hookline rotate them.
    "etc/hookline/plugins/rmqtt-web-hook.toml": hooks.replace(
      `\n${ownLine}\n`,
      '\nurls = ["file:///var/log/hookline/hook.log"]\n',
    ),
    "usr/share/doc/hookline/examples/logrotate": await Deno.readTextFile(`${ROOT}etc/logrotate.d/hookline`),
    "lib/systemd/system/hookline.service": await Deno.readTextFile(`${ROOT}etc/systemd/hookline.service`),
    "usr/share/doc/hookline/copyright": await Deno.readTextFile(`${ROOT}LICENSE`),
    "usr/share/doc/hookline/README.md": await Deno.readTextFile(`${ROOT}README.md`),
    "usr/share/bash-completion/completions/hookline": await printed("completions", "bash"),
    "usr/share/zsh/vendor-completions/_hookline": await printed("completions", "zsh"),
    "usr/share/fish/vendor_completions.d/hookline.fish": await printed("completions", "fish"),
  };
  for (const [name, text] of Object.entries(copies)) await write(`${root}/${name}`, text);
  // The service's user exists only while it runs and can own no file: systemd reads this one.
  const environment = await Deno.readTextFile(new URL("./deb/environment", import.meta.url));
  await write(`${root}/etc/hookline/environment`, environment, 0o600);
  await write(`${root}/usr/share/man/man1/hookline.1.gz`, gzipSync(await printed("man"), { level: 9 }));
}

/** What `hookline ARGS` prints, from the sources: the executable may be for another machine. */
async function printed(...args: string[]): Promise<string> {
  const run = ["run", "--quiet", "-P=hookline", `--config=${ROOT}deno.json`, `${ROOT}main.ts`];
  return await output(Deno.execPath(), [...run, ...args]);
}

async function putControl(architecture: string, root: string): Promise<void> {
  const conffiles = [
    "/etc/hookline/environment",
    "/etc/hookline/hookline.toml",
    "/etc/hookline/plugins/rmqtt-web-hook.toml",
  ];
  const size = Math.ceil(Number((await output("du", ["-sk", root])).split("\t")[0]));
  await write(
    `${root}/DEBIAN/control`,
    `Package: hookline
Version: ${VERSION}
Section: net
Priority: optional
Architecture: ${architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${size}
Depends: libc6 (>= 2.27), libgcc-s1
Suggests: logrotate, mosquitto-clients
Description: MQTT broker that writes everything that happens in it as JSON lines
 Hookline is an MQTT 3.1, 3.1.1 and 5.0 broker for edge gateways. It turns
 connections, sessions, subscriptions and messages into JSON lines and puts
 them in a file, or POSTs them to a web server.
`,
  );
  await write(`${root}/DEBIAN/conffiles`, conffiles.map((file) => `${file}\n`).join(""));
  for (const script of ["postinst", "prerm", "postrm"]) {
    const text = await Deno.readTextFile(new URL(`./deb/${script}`, import.meta.url));
    await write(`${root}/DEBIAN/${script}`, text, 0o755);
  }
}

async function write(file: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  const folder = file.slice(0, file.lastIndexOf("/"));
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(file, typeof content === "string" ? new TextEncoder().encode(content) : content);
  await Deno.chmod(file, mode); // whatever the umask
}

await task("deb", main);
