// How a disk takes the lines of one sink.

export interface Intake {
  /** Why the disk takes no lines now, as a sentence; `undefined` while it does. */
  readonly failure: string | undefined;
  /** How often that began. */
  readonly failures: number;
  /** Lines that it never took, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}
