// A connection that can only be asked: what node:sqlite has for that, beyond what Deno's types say of it.
import { constants, type DatabaseSync, type StatementSync } from "node:sqlite";

interface Authorized {
  setAuthorizer(authorizer: (action: number, argument: string | null) => number): void;
}
interface InArrays {
  setReturnArrays(enabled: boolean): void;
}
type Actions = "OK" | "DENY" | "SELECT" | "READ" | "FUNCTION" | "RECURSIVE" | "PRAGMA";

const CODES = constants as unknown as Readonly<Record<`SQLITE_${Actions}`, number>>;
const READING: ReadonlySet<number> = new Set([
  CODES.SQLITE_SELECT,
  CODES.SQLITE_READ,
  CODES.SQLITE_FUNCTION,
  CODES.SQLITE_RECURSIVE,
]);
const PRAGMAS: ReadonlySet<string | null> = new Set(["table_info", "table_list", "table_xinfo"]);

/** From here on `db` is for SELECT: it changes nothing and reaches no other file. */
export function makeReadOnly(db: DatabaseSync): void {
  db.exec("PRAGMA query_only = ON");
  (db as unknown as Authorized).setAuthorizer((action, argument) =>
    READING.has(action) || (action === CODES.SQLITE_PRAGMA && PRAGMAS.has(argument))
      ? CODES.SQLITE_OK
      : CODES.SQLITE_DENY
  );
}

export type Cell = string | bigint | number | null | Uint8Array;

/**
 * The rows as arrays, for two columns may have one name; integers as bigint, for they may be any. All at
 * once: Deno's iterate() ends at an error without a word.
 */
export function rowsOf(statement: StatementSync): readonly (readonly Cell[])[] {
  (statement as unknown as InArrays).setReturnArrays(true);
  statement.setReadBigInts(true);
  return statement.all() as unknown as readonly (readonly Cell[])[];
}
