// How far each file of a log was read, kept in the database: the next question reads only what is new.
import type { DatabaseSync } from "node:sqlite";
import type { LogFile } from "../reading/log_file.ts";

interface Place {
  head: Uint8Array;
  /** Unpacked bytes, whole lines. */
  offset: number;
  /** Bytes of the gzip file that was read to its end; 0 where it is none. */
  packed: number;
}

export class Places {
  static readonly SQL = "CREATE TABLE places (head BLOB, read INTEGER, packed INTEGER);";
  readonly #places: Place[];

  private constructor(places: Place[]) {
    this.#places = places;
  }

  static of(db: DatabaseSync): Places {
    return new Places(
      db.prepare("SELECT head, read, packed FROM places").all().map(({ head, read, packed }) => ({
        head: head instanceof Uint8Array ? head : new Uint8Array(),
        offset: Number(read),
        packed: Number(packed),
      })),
    );
  }

  /** Where reading `file` goes on; `undefined` where nothing can have come. */
  startOf(file: LogFile): number | undefined {
    const place = this.#find(file);
    if (place === undefined) return 0;
    const same = file.packed ? place.packed === file.size : place.offset >= file.size;
    return same ? undefined : place.offset;
  }

  /** It was read up to `offset`, the end of a whole line. */
  reached(file: LogFile, offset: number): void {
    // An empty file has nothing to be known by.
    if (file.head.length === 0) return;
    const packed = file.packed && file.problem === undefined ? file.size : 0;
    const place = this.#find(file);
    if (place === undefined) this.#places.push({ head: file.head, offset, packed });
    else {Object.assign(place, {
        head: file.head.length > place.head.length ? file.head : place.head,
        offset,
        packed,
      });}
  }

  keep(db: DatabaseSync): void {
    db.exec("DELETE FROM places");
    const insert = db.prepare("INSERT INTO places VALUES (?, ?, ?)");
    for (const { head, offset, packed } of this.#places) insert.run(head, offset, packed);
  }

  #find(file: LogFile): Place | undefined {
    return this.#places.find(({ head }) => file.isLike(head));
  }
}
