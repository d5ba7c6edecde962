// The token: asked for when the API wants one, kept until the tab is closed, sent in a header only.
import { byId, setText } from "./dom.ts";

const KEY = "hookline-token";

export class Token {
  readonly #form = byId("ask-token");
  readonly #input = byId<HTMLInputElement>("token");

  /** @param entered called when somebody has entered one */
  constructor(entered: () => void) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      sessionStorage.setItem(KEY, this.#input.value);
      this.#input.value = "";
      this.#form.hidden = true;
      entered();
    });
  }

  get value(): string | undefined {
    return sessionStorage.getItem(KEY) ?? undefined;
  }

  get asking(): boolean {
    return !this.#form.hidden;
  }

  /** Asks for one; what was entered before was wrong. */
  ask(): void {
    if (this.asking) return;
    const wrong = this.value !== undefined;
    sessionStorage.removeItem(KEY);
    setText(
      byId("token-problem"),
      wrong
        ? "That is not the token of this Hookline."
        : "This Hookline shows itself to those who have its token.",
    );
    this.#form.hidden = false;
    this.#input.focus();
  }
}
