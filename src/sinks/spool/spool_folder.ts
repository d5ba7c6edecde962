// The folder of one URL's spool: its name, its lock, its id, and the segments that are in it.
import { createHash } from "node:crypto";
import { segmentName, segmentNumber } from "./_segments.ts";

/** Another process, or another URL of this one, uses the folder. */
export class SpoolInUse extends Error {
  override readonly name = "SpoolInUse";
  constructor(path: string) {
    super(
      `its spool, ${path}, is in use by another process, such as a Hookline that runs already, or by ` +
        "another URL of this configuration",
    );
  }
}

/** Whether another process has the folder; what cannot be read, nobody has. */
export function isLocked(path: string): boolean {
  try {
    using lock = Deno.openSync(`${path}/lock`, { write: true });
    return !lock.tryLockSync(true);
  } catch {
    // It is not made yet; what else is wrong with it is told when it is opened.
    return false;
  }
}

/** `example.com_8080_hook-1f2e3d4c`: readable, and one for each URL. User name and password are not in it. */
export function spoolFolderName(url: string): string {
  const { host, pathname, protocol, search } = new URL(url);
  const words = `${host}${pathname}`.replaceAll(/[^A-Za-z0-9.-]+/g, "_").replaceAll(/^[_.]+|_+$/g, "");
  const hash = createHash("sha256").update(`${protocol}//${host}${pathname}${search}`).digest("hex");
  return `${words.slice(0, 80)}-${hash.slice(0, 8)}`;
}

export interface FoundSegment {
  readonly number: number;
  readonly bytes: number;
}

/** Opened by making it and taking its lock; closing, or the end of the process, gives the lock back. */
export class SpoolFolder implements Disposable {
  readonly #lock: Deno.FsFile;
  /** Random, made with the folder: with it two spools never have the same Idempotency-Key. */
  readonly id: string;
  /** The id was made now. */
  readonly isNew: boolean;

  /**
   * Throws SpoolInUse, or what the disk says.
   * @param shownUrl is written into a file `url`, for people
   */
  constructor(readonly path: string, shownUrl: string) {
    Deno.mkdirSync(path, { recursive: true, mode: 0o750 });
    this.#lock = Deno.openSync(`${path}/lock`, { write: true, create: true, mode: 0o640 });
    try {
      if (!this.#lock.tryLockSync(true)) {
        throw new SpoolInUse(path);
      }
      const known = readId(path);
      this.id = known ?? crypto.randomUUID().replaceAll("-", "").slice(0, 12);
      this.isNew = known === undefined;
      if (this.isNew) Deno.writeTextFileSync(`${path}/id`, `${this.id}\n`, { mode: 0o640 });
      Deno.writeTextFileSync(`${path}/url`, `${shownUrl}\n`, { mode: 0o640 });
    } catch (error) {
      this.#lock.close();
      throw error;
    }
  }

  pathOf(number: number): string {
    return `${this.path}/${segmentName(number)}`;
  }

  [Symbol.dispose](): void {
    this.#lock.close();
  }
}

/** The segments in a folder, oldest first; what else is there is left alone. Throws what the disk says. */
export function segmentsIn(folder: string): FoundSegment[] {
  const found: FoundSegment[] = [];
  for (const { name, isFile } of Deno.readDirSync(folder)) {
    const number = segmentNumber(name);
    if (number === undefined || !isFile) continue;
    found.push({ number, bytes: Deno.statSync(`${folder}/${name}`).size });
  }
  return found.sort((a, b) => a.number - b.number);
}

function readId(folder: string): string | undefined {
  try {
    return /^[0-9a-f]{12}$/.exec(Deno.readTextFileSync(`${folder}/id`).trim())?.[0];
  } catch {
    // Whatever stands there is replaced, or that says why it cannot be.
    return undefined;
  }
}
