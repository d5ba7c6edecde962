// What keeps the program from its work without a fault of its own.

/** Something outside of the program does; `message` is a sentence, told in one line. */
export class Failure extends Error {
  override readonly name = "Failure";
}
