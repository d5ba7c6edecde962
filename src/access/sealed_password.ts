// What is kept of a password that a client sent: enough to compare it again, and nothing to read it from.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export class SealedPassword {
  readonly #key = randomBytes(32);
  readonly #digest: Uint8Array;

  constructor(password: Uint8Array) {
    this.#digest = this.#seal(password);
  }

  /** In the same time, however much of it is right. */
  isOf(password: string): boolean {
    return timingSafeEqual(this.#digest, this.#seal(new TextEncoder().encode(password)));
  }

  #seal(password: Uint8Array): Uint8Array {
    return createHmac("sha256", this.#key).update(password).digest();
  }
}
