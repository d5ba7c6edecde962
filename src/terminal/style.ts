// The colours of rows of events: one per family of events, red and yellow for what deserves a look.

export type Paint = "client" | "session" | "message" | "bad" | "careful" | "dim" | "bold" | "plain";

const CODES: Readonly<Record<Paint, string>> = {
  client: "36",
  session: "35",
  message: "32",
  bad: "31",
  careful: "33",
  dim: "2",
  bold: "1",
  plain: "",
};

/** Colours a text, which must be free of control characters, or leaves it as it is. */
export type Painter = (paint: Paint, text: string) => string;

export const ANSI: Painter = (paint, text) =>
  text === "" || CODES[paint] === "" ? text : `\x1b[${CODES[paint]}m${text}\x1b[0m`;

export const COLOURLESS: Painter = (_paint, text) => text;
