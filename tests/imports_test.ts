// The import directions of the house and the absence of circles, on what Deno itself says of every import.
import assert from "node:assert/strict";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const SRC = join(ROOT, "src");

/** What each room may import of the others: whole rooms, or single files of them. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  base: [],
  mqtt: [],
  listeners: ["base/"],
  sinks: ["base/"],
  access: ["mqtt/", "base/"],
  store: ["base/"],
  hooks: ["mqtt/", "sinks/", "base/"],
  broker: ["mqtt/", "access/", "hooks/", "base/", "listeners/transport.ts", "store/journal.ts"],
  config: ["base/"],
  status: [
    "base/",
    "mqtt/",
    "hooks/",
    "sinks/open_sinks.ts",
    "sinks/delivery/send_again.ts",
    "broker/view.ts",
  ],
  terminal: ["base/"],
  reading: ["mqtt/", "base/"],
  query: ["reading/", "terminal/", "base/"],
  report: ["query/", "terminal/", "base/"],
  replay: ["reading/", "mqtt/", "base/"],
  top: ["status/api_types.ts", "status/reader/", "terminal/", "mqtt/", "base/"],
  daemon: [
    "base/",
    "mqtt/",
    "listeners/",
    "sinks/",
    "access/",
    "store/",
    "hooks/",
    "broker/",
    "config/",
    "status/",
    "terminal/",
  ],
  cli: [
    "base/",
    "mqtt/",
    "listeners/",
    "access/",
    "store/",
    "sinks/",
    "hooks/",
    "config/",
    "daemon/",
    "terminal/",
    "reading/",
    "query/",
    "report/",
    "replay/",
    "status/reader/",
    "top/",
  ],
  // Makes the executables; no part of the running program, and no part of the program uses it.
  build: ["cli/cli.ts", "base/"],
};

/** The options of each room, and what only the room itself can say of them: what config may import of it. */
const OPTION_FILES: readonly string[] = [
  "access/files.ts",
  "access/options.ts",
  "broker/options.ts",
  "listeners/options.ts",
  "hooks/rules.ts",
  "hooks/events.ts",
  "mqtt/topics.ts",
  "sinks/schemes.ts",
  "sinks/options.ts",
  "status/options.ts",
  "store/options.ts",
];

/** Data that is imported from outside of src/, and by whom. */
const DATA: Readonly<Record<string, readonly string[]>> = {
  "deno.json": ["cli", "build"],
};

/** Packages from outside and where they may stand; `node:` is everyone's. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "jose": ["access"],
  "mqtt-packet": ["mqtt"],
  "smol-toml": ["config"],
  "valibot": ["config"],
};

interface Import {
  /** The importing file, relative to src/. */
  readonly file: string;
  /** A file relative to src/, one of the root as `../deno.json`, or a package. */
  readonly target: string;
  readonly kind: "file" | "package";
}

interface DenoModule {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly code?: { readonly specifier?: string };
    readonly type?: { readonly specifier?: string };
  }[];
}

/** Everything that files below src/ import, types and dynamic imports included. */
async function importsOfSrc(): Promise<Import[]> {
  const roots = filesIn(SRC).filter((path) => path.endsWith(".ts")).map((path) =>
    `import ${JSON.stringify(path)};`
  );
  const all = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(all, roots.join("\n"));
    const info = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", join(ROOT, "deno.json"), all],
      stderr: "inherit",
    }).output();
    const { modules } = JSON.parse(new TextDecoder().decode(info.stdout)) as {
      modules: readonly DenoModule[];
    };
    return modules.filter(({ specifier }) => inSrc(specifier) !== undefined).flatMap(importsOf);
  } finally {
    await Deno.remove(all);
  }
}

function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory ? filesIn(path) : [path];
  });
}

function importsOf({ specifier, dependencies = [] }: DenoModule): Import[] {
  const file = inSrc(specifier) ?? "";
  return dependencies.flatMap((dependency): Import[] => {
    const resolved = dependency.code?.specifier ?? dependency.type?.specifier ?? dependency.specifier;
    if (!resolved.startsWith("file:")) return [{ file, target: dependency.specifier, kind: "package" }];
    return [{ file, target: relative(SRC, fileURLToPath(resolved)), kind: "file" }];
  });
}

function inSrc(specifier: string): string | undefined {
  if (!specifier.startsWith("file:")) return undefined;
  const path = fileURLToPath(specifier);
  return path.startsWith(`${SRC}/`) ? relative(SRC, path) : undefined;
}

function roomOf(file: string): string {
  return file.split("/")[0] ?? "";
}

function mayImport({ file, target, kind }: Import): boolean {
  const room = roomOf(file);
  if (kind === "package") return target.startsWith("node:") || (PACKAGES[target]?.includes(room) ?? false);
  if (roomOf(target) === room) return true;
  if (target.startsWith("../")) return DATA[target.slice(3)]?.includes(room) ?? false;
  if (room === "config" && OPTION_FILES.includes(target)) return true;
  return ALLOWED[room]?.some((allowed) => target === allowed || target.startsWith(allowed)) ?? false;
}

/** Files whose name begins with `_` belong to their folder and what lies in it. */
function staysInside({ file, target, kind }: Import): boolean {
  return kind === "package" || !basename(target).startsWith("_") || file.startsWith(`${dirname(target)}/`);
}

/** Groups of files that import each other, by whatever way round (Tarjan's strongly connected components). */
function circlesIn(imports: readonly Import[]): string[][] {
  const targets = Map.groupBy(imports, ({ file }) => file);
  const numbers = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): number => {
    const number = numbers.size;
    numbers.set(file, number);
    lowest.set(file, number);
    stack.push(file);
    for (const { target } of targets.get(file) ?? []) {
      const reached = numbers.has(target)
        ? (stack.includes(target) ? numbers.get(target) : undefined)
        : visit(target);
      lowest.set(file, Math.min(lowest.get(file) ?? number, reached ?? Infinity));
    }
    if (lowest.get(file) === number) {
      const group = stack.splice(stack.lastIndexOf(file));
      if (group.length > 1) circles.push(group.sort());
    }
    return lowest.get(file) ?? number;
  };
  for (const file of targets.keys()) if (!numbers.has(file)) visit(file);
  return circles;
}

const imports = await importsOfSrc();
const shown = ({ file, target }: Import): string => `${file} imports ${target}`;

Deno.test("imports between rooms go the way the house is drawn", () => {
  assert(imports.length > 300, `only ${imports.length} imports were found`);
  assert.deepEqual(imports.filter((each) => !mayImport(each)).map(shown), []);
});

Deno.test("no files import each other in a circle, types included", () => {
  assert.deepEqual(circlesIn(imports.filter(({ kind }) => kind === "file")), []);
});

Deno.test("every room has its rule, and every rule its room", () => {
  const rooms = new Set(imports.map(({ file }) => roomOf(file)));
  assert.deepEqual([...rooms].sort(), Object.keys(ALLOWED).sort());
});

Deno.test("private files are imported from inside their own folder only", () => {
  assert.deepEqual(imports.filter((each) => !staysInside(each)).map(shown), []);
});

Deno.test("what config is allowed of other rooms, it uses", () => {
  const used = new Set(imports.filter(({ file }) => roomOf(file) === "config").map(({ target }) => target));
  assert.deepEqual(OPTION_FILES.filter((file) => !used.has(file)), []);
});

Deno.test("the rules refuse what they must, and a circle is found", () => {
  const refused: readonly (readonly [string, string])[] = [
    ["mqtt/decode.ts", "base/clock.ts"],
    ["sinks/sink.ts", "hooks/events.ts"],
    ["hooks/bus.ts", "broker/turn.ts"],
    ["broker/broker.ts", "listeners/tcp.ts"],
    ["listeners/listeners.ts", "broker/listener_state.ts"],
    ["reading/follow.ts", "cli/verb.ts"],
    ["cli/run.ts", "broker/broker.ts"],
    ["broker/broker.ts", "sinks/sink.ts"],
    ["broker/session.ts", "store/store.ts"],
    ["store/store.ts", "broker/session.ts"],
    ["daemon/reload.ts", "cli/cli.ts"],
    ["access/access.ts", "hooks/events.ts"],
  ];
  for (const [file, target] of refused) {
    assert(!mayImport({ file, target, kind: "file" }), `${file} ${target}`);
  }
  assert(!mayImport({ file: "broker/broker.ts", target: "mqtt-packet", kind: "package" }));
  assert(
    !staysInside({ file: "sinks/http/http_sink.ts", target: "sinks/lines/_heal_tail.ts", kind: "file" }),
  );
  const circle = [["a", "b"], ["b", "c"], ["c", "a"], ["c", "d"]] as const;
  assert.deepEqual(
    circlesIn(circle.map(([file, target]) => ({ file, target, kind: "file" }))),
    [["a", "b", "c"]],
  );
});
