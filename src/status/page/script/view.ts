// What a view of the page is to the page: shown, asked to refresh itself, hidden.

export interface View {
  /** Milliseconds between two refreshes; `undefined`: it follows a stream while it is shown. */
  readonly every: number | undefined;
  /** Asks the API and shows the answers. Rejects with what `Api` rejects with. */
  refresh(): Promise<void>;
  /** It comes into sight. */
  show?(): void;
  /** It is out of sight: nothing of it may cost anything. */
  hide?(): void;
}
