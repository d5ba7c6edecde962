// What keeps the program from its work without a fault of its own.

/** Something outside of the program; `message` is a sentence without a full stop or with one, told in one line. */
export class Failure extends Error {
  override readonly name = "Failure";
}
