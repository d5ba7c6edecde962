// The import directions of the design, checked on the real sources.
import assert from "node:assert/strict";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const SRC = fileURLToPath(new URL("../src/", import.meta.url));

/** What each room may import of the others: whole rooms, or single files of them. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  base: [],
  mqtt: [],
  sinks: ["base/"],
  listeners: [],
  access: ["mqtt/"],
  hooks: ["mqtt/", "sinks/"],
  broker: ["mqtt/", "access/", "hooks/", "listeners/transport.ts"],
  config: [],
  cli: ["mqtt/", "sinks/", "listeners/", "access/", "hooks/", "broker/", "config/", "base/"],
  // Makes the executables, one of which starts the program; no part of the program uses it.
  build: ["cli/cli.ts"],
};

/** Data that is imported from outside of src/, and by whom. */
const DATA: Readonly<Record<string, readonly string[]>> = {
  "../deno.json": ["cli", "build"],
  "../etc/hookline.toml": ["cli"],
  "../etc/plugins/rmqtt-web-hook.toml": ["cli"],
};

/** config reads the options of each room: the files that hold them, and why each is one. */
const OPTION_FILES: readonly (readonly [file: string, why: string])[] = [
  ["broker/options.ts", "the options of the broker and of its listeners"],
  ["hooks/rules.ts", "the rules, which are the options of the hooks"],
  ["hooks/events.ts", "the names that a rule may have"],
  ["mqtt/topics.ts", "whether a rule's topic filters are well-formed is the protocol's to say"],
  ["sinks/schemes.ts", "what a URL may begin with, and what is wrong with it, is the sinks' to say"],
  ["sinks/options.ts", "the options of the sinks"],
  ["base/option.ts", "what a row of an option table is"],
];

/** Packages from outside and where they may stand; `node:` is everyone's. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "mqtt-packet": ["mqtt"],
  "smol-toml": ["config"],
  "valibot": ["config"],
};

interface Import {
  /** The importing file, relative to src/. */
  readonly file: string;
  /** A file relative to src/, or a package. */
  readonly target: string;
  readonly kind: "file" | "package";
}

function sourceFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory) return sourceFiles(path);
    return entry.name.endsWith(".ts") ? [path] : [];
  });
}

/** Every specifier of import and export … from, types included, and of import(). */
function specifiersOf(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const statements = code.matchAll(
    /^\s*(?:import|export)\s+(?:[\w$*,{}\s]+?\sfrom\s+)?["']([^"']+)["']/gm,
  );
  const dynamic = code.matchAll(/\bimport\(\s*["'`]([^"'`]+)["'`]/g);
  return [...statements, ...dynamic].map((match) => match[1] ?? "");
}

function importsOf(path: string): Import[] {
  const file = relative(SRC, path);
  return specifiersOf(Deno.readTextFileSync(path)).map((specifier) =>
    specifier.startsWith(".")
      ? { file, target: relative(SRC, join(dirname(path), specifier)), kind: "file" }
      : { file, target: specifier, kind: "package" }
  );
}

function roomOf(file: string): string {
  return file.split("/")[0] ?? "";
}

function mayImport({ file, target, kind }: Import): boolean {
  const room = roomOf(file);
  if (kind === "package") return target.startsWith("node:") || (PACKAGES[target]?.includes(room) ?? false);
  if (roomOf(target) === room) return true;
  if (target.startsWith("../")) return DATA[target]?.includes(room) ?? false;
  // config/units is plain arithmetic that any room may come to use: it stays free of all of them.
  if (file === "config/units.ts") return false;
  if (room === "config" && OPTION_FILES.some(([option]) => option === target)) return true;
  return ALLOWED[room]?.some((allowed) => target === allowed || target.startsWith(allowed)) ?? false;
}

/** Files whose name begins with `_` belong to their folder and what lies in it. */
function staysInside({ file, target, kind }: Import): boolean {
  return kind === "package" || !basename(target).startsWith("_") || file.startsWith(`${dirname(target)}/`);
}

const imports = sourceFiles(SRC).flatMap(importsOf);
const shown = ({ file, target }: Import): string => `${file} imports ${target}`;

Deno.test("imports between rooms go the way the design says", () => {
  assert(imports.length > 300, `only ${imports.length} imports were found`);
  assert.deepEqual(imports.filter((i) => !mayImport(i)).map(shown), []);
});

Deno.test("every room has its rule", () => {
  const rooms = new Set(sourceFiles(SRC).map((path) => roomOf(relative(SRC, path))));
  assert.deepEqual([...rooms].filter((room) => ALLOWED[room] === undefined), []);
});

Deno.test("private files are imported from inside their own folder only", () => {
  assert.deepEqual(imports.filter((i) => !staysInside(i)).map(shown), []);
});

Deno.test("what config is allowed of other rooms, it uses", () => {
  const used = new Set(imports.filter((i) => roomOf(i.file) === "config").map((i) => i.target));
  assert.deepEqual(OPTION_FILES.map(([file]) => file).filter((file) => !used.has(file)), []);
});

Deno.test("imported files exist under the name that is written, extension included", () => {
  const missing = imports.filter((i) => i.kind === "file").filter(({ target }) => {
    try {
      return !Deno.statSync(join(SRC, target)).isFile;
    } catch {
      return true; // whatever the reason: it cannot be read under this name
    }
  });
  assert.deepEqual(missing.map(shown), []);
});

Deno.test("the checker finds each way to import", () => {
  const source = [
    'import a from "./a.ts";',
    'import {\n  type B,\n} from "../b.ts";',
    'import type { C } from "./c.ts";',
    'import "./d.ts";',
    'export { E } from "./e.ts";',
    'export type { F } from "./f.ts";',
    'export * from "./g.ts";',
    'const h = await import("./h.ts");',
    '// import i from "./i.ts";',
    '/* import j from "./j.ts"; */',
    'export const k = "./k.ts";',
    'export function l() { return "./l.ts"; }',
  ].join("\n");
  assert.deepEqual(
    specifiersOf(source),
    ["./a.ts", "../b.ts", "./c.ts", "./d.ts", "./e.ts", "./f.ts", "./g.ts", "./h.ts"],
  );
});

Deno.test("the rules refuse what they must", () => {
  const refused: readonly (readonly [string, string])[] = [
    ["mqtt/decode.ts", "broker/session.ts"],
    ["sinks/sink.ts", "hooks/events.ts"],
    ["hooks/bus.ts", "broker/turn.ts"],
    ["broker/broker.ts", "listeners/tcp.ts"],
    ["broker/broker.ts", "sinks/sink.ts"],
    ["config/load.ts", "broker/session.ts"],
    ["config/units.ts", "broker/options.ts"],
    ["access/access.ts", "hooks/events.ts"],
  ];
  for (const [file, target] of refused) {
    assert(!mayImport({ file, target, kind: "file" }), `${file} ${target}`);
  }
  assert(!mayImport({ file: "broker/broker.ts", target: "mqtt-packet", kind: "package" }));
  const inside = (file: string): boolean =>
    staysInside({ file, target: "sinks/lines/_heal_tail.ts", kind: "file" });
  assert(inside("sinks/lines/rotating_file.ts"));
  assert(!inside("sinks/open_sinks.ts"));
  assert(!inside("sinks/http/http_sink.ts"));
});
