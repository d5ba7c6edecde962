// The JSON body of a request, of bounded size.
import { Refused } from "./_answers.ts";

/** Bytes: base64 of a message of 3 MiB. */
const MOST = 4 * 1024 * 1024;

/** Throws Refused for a body that is too large or no JSON. */
export async function readBody({ body }: Request): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body ?? []) {
    length += piece.length;
    if (length > MOST) throw new Refused(413, `the body is longer than ${MOST} bytes.`);
    pieces.push(piece);
  }
  const decoder = new TextDecoder();
  const text = pieces.map((piece) => decoder.decode(piece, { stream: true })).join("") + decoder.decode();
  try {
    return JSON.parse(text);
  } catch {
    // Where the text goes wrong is said nowhere: it may hold what nobody should read in a log.
    throw new Refused(400, "the body is no JSON.");
  }
}
