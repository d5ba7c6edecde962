// `deno task compile`: one executable per target in dist/, and its SHA-256 beside it.
//
//   deno task compile [--target TRIPLE|all] [--out FILE] [--form compile|self-contained]
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundle } from "./bundle.ts";
import { compiled, type Form, formOf } from "./forms.ts";
import { runs } from "./made.ts";
import { ROOT, VERSION } from "./project.ts";
import { runtimeOf } from "./runtime.ts";
import { selfContained } from "./self_contained.ts";
import { type Target, targetsOf } from "./targets.ts";
import { addChecksum, say, task } from "./task.ts";

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { target: { type: "string" }, out: { type: "string" }, form: { type: "string" } },
  });
  const targets = targetsOf(values.target);
  const asked = formOf(values.form);
  if (values.out !== undefined && targets.length > 1) {
    throw new Error("--out names one file: name one --target too.");
  }
  const fileOf = (target: Target): string => resolve(values.out ?? `${ROOT}dist/${fileName(target)}`);
  const work = await Deno.makeTempDir({ prefix: "hookline-build-" });
  try {
    let form = asked ?? "compile";
    for (const target of targets) {
      const file = fileOf(target);
      await Deno.mkdir(dirname(file), { recursive: true });
      form = await build(form, asked === undefined, target, work, file) ?? form;
    }
  } catch (error) {
    // Whatever was made is dead; what stands under the name is of an earlier build.
    await Promise.allSettled(targets.map((target) => Deno.remove(`${fileOf(target)}.part`)));
    throw error;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** Makes one executable; resolves to its form, `undefined` when that cannot be made for this target. */
async function build(
  form: Form,
  mayChange: boolean,
  target: Target,
  work: string,
  file: string,
): Promise<Form | undefined> {
  const part = `${file}.part`;
  if (form === "compile") {
    const problem = await compiled(target, work, part);
    if (problem === undefined) return await finish(form, part, file);
    if (!mayChange) throw new Error(problem);
    say(`${problem} Making the self-contained form instead.`);
  }
  if (!target.posix) {
    const text = `The self-contained form is a shell script: for ${target.triple} it takes --form compile.`;
    if (!mayChange) throw new Error(text);
    say(text);
    return undefined;
  }
  const program = `${work}/hookline.mjs`;
  await bundle(program);
  await selfContained(target, program, await runtimeOf(target, work), part);
  await runs(target, [part], { XDG_CACHE_HOME: `${work}/cache` });
  return await finish("self-contained", part, file);
}

/** Gives the file its name once it is whole, and a checksum beside it. */
async function finish(form: Form, part: string, file: string): Promise<Form> {
  await Deno.rename(part, file);
  say(`${file}: ${form} form, ${await addChecksum(file)}`);
  return form;
}

function fileName({ triple }: Target): string {
  return `hookline-${VERSION}-${triple}${triple.includes("windows") ? ".exe" : ""}`;
}

await task("compile", main);
