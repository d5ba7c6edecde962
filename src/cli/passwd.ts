// `hookline passwd`: sets, changes or deletes the password of one user in a password file.
import { resolve } from "node:path";
import { makeHash } from "../access/password_hash.ts";
import { userNameProblem, withoutUser, withUser } from "../access/password_lines.ts";
import { errorText } from "../base/error_text.ts";
import { Failure } from "../base/failure.ts";
import { EXIT } from "./exit_code.ts";
import type { Io } from "./io.ts";
import { replaceFile } from "./replace_file.ts";
import { flagOf, UsageError, type Verb } from "./verb.ts";

/** Bytes: what a CONNECT can carry. */
const LONGEST = 65_535;
/** A new file is its owner's alone; the group may go on reading another. */
const SECRET = { new: 0o600, kept: 0o040 };

export const passwd: Verb = async (values, [file, user], io) => {
  if (file === undefined || user === undefined) {
    throw new UsageError("Which user of which file? As in: hookline passwd passwords alice");
  }
  const problem = userNameProblem(user);
  if (problem !== undefined) throw new UsageError(`${problem}.`);
  const path = realPath(resolve(io.cwd, file));
  const before = readIfThere(path, file);
  if (flagOf(values, "delete")) {
    const left = withoutUser(before, user);
    if (left === undefined) throw new Failure(`${file} has no user ${JSON.stringify(user)}.`);
    replaceFile(path, file, left, SECRET);
    io.out(`${user} is no user any more; a running Hookline learns of it by SIGHUP\n`);
    return EXIT.done;
  }
  const password = flagOf(values, "stdin") ? await readLine(false) : await ask(user, io);
  if (password.length === 0) throw new Failure("An empty password protects nothing.");
  if (password.length > LONGEST) throw new Failure(`A password has at most ${LONGEST} bytes.`);
  replaceFile(path, file, withUser(before, user, await makeHash(password)), SECRET);
  io.out(`${user} has a new password; a running Hookline learns of it by SIGHUP\n`);
  return EXIT.done;
};

/** What a link leads to: the link stays one. */
function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return path; // a new file
    throw new Failure(`${path} cannot be read: ${errorText(error)}.`, { cause: error });
  }
}

function readIfThere(path: string, shown: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw new Failure(`${shown} cannot be read: ${errorText(error)}.`, { cause: error });
  }
}

/** Twice, so that a slip of a finger locks nobody out. */
async function ask(user: string, io: Io): Promise<Uint8Array> {
  if (!Deno.stdin.isTerminal()) {
    throw new UsageError("There is no terminal to ask for the password: give it by --stdin.");
  }
  const first = await readHidden(`Password of ${user}: `, io);
  const second = await readHidden("The same again: ", io);
  if (first.toBase64() !== second.toBase64()) {
    throw new Failure("The two passwords differ; nothing was written.");
  }
  return first;
}

/** A line of which nothing is shown: the terminal's echo is off before the question invites to type. */
async function readHidden(question: string, io: Io): Promise<Uint8Array> {
  Deno.stdin.setRaw(true, { cbreak: true });
  try {
    io.err(question);
    return await readLine(true);
  } finally {
    Deno.stdin.setRaw(false);
    io.err("\n");
  }
}

/** Up to the line end, or to the end of what there is. @param typed a backspace takes a character back */
async function readLine(typed: boolean): Promise<Uint8Array> {
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  while (await Deno.stdin.read(one) !== null) {
    const [byte = 0] = one;
    if (byte === 10 || byte === 13) break;
    if (typed && (byte === 8 || byte === 127)) bytes.splice(lastCharacter(bytes)); // backspace
    else bytes.push(byte);
    if (bytes.length > LONGEST) break;
  }
  return Uint8Array.from(bytes);
}

/** Where the last character of UTF-8 begins. */
function lastCharacter(bytes: readonly number[]): number {
  let at = bytes.length - 1;
  while (at > 0 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at--;
  return Math.max(at, 0);
}
