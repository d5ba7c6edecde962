// What the page asks before it changes something, and what it tells of the outcome.
import { byId, setText } from "./dom.ts";

/** How long an outcome stays, milliseconds. */
const TOLD_FOR = 8_000;

/** Asks; resolves to whether the answer is yes. */
export function ask(question: string, yes: string): Promise<boolean> {
  const dialog = byId<HTMLDialogElement>("question");
  setText(byId("question-text"), question);
  setText(byId("question-yes"), yes);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

/** Tells the outcome of what was done, for a while. */
export function tell(text: string): void {
  const told = byId("told");
  setText(told, text);
  setTimeout(() => {
    if (told.textContent === text) setText(told, "");
  }, TOLD_FOR);
}

/** What an error says, for the end of a sentence. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\.$/, "");
}
