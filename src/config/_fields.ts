// The kinds of values that keys have. Each schema's message says what is allowed, ready for a sentence.
import * as v from "valibot";
import {
  type Address,
  ADDRESS_FORM,
  DURATION_FORM,
  parseAddress,
  parseDuration,
  parseSize,
  SIZE_FORM,
} from "./units.ts";

/** A schema for something out of a file. */
export type Field<T> = v.GenericSchema<unknown, T>;

/** `noLimit` is what 0 reads as, where 0 means that there is no limit. */
export function integer(min: number, max: number, noLimit?: number): Field<number> {
  const or = noLimit === undefined ? "" : ", or 0: no limit";
  const message = `must be an integer from ${min} to ${max}${or}`;
  return v.pipe(
    v.unknown(),
    v.transform(unquoted),
    v.number(message),
    v.integer(message),
    v.check((n) => (n === 0 && noLimit !== undefined) || (n >= min && n <= max), message),
    v.transform((n) => n === 0 && noLimit !== undefined ? noLimit : n),
  );
}

export function qos(): Field<0 | 1 | 2> {
  return v.pipe(v.unknown(), v.transform(unquoted), v.picklist([0, 1, 2], "must be a QoS: 0, 1 or 2"));
}

export function decimal(min: number, max: number): Field<number> {
  const message = `must be a number from ${min} to ${max}`;
  return v.pipe(
    v.unknown(),
    v.transform(unquoted),
    v.number(message),
    v.minValue(min, message),
    v.maxValue(max, message),
  );
}

/** The number that a string holds, for RMQTT takes numbers in quotes; anything else as it is. */
function unquoted(input: unknown): unknown {
  return typeof input === "string" && /^[+-]?\d{1,20}(\.\d{1,20})?$/.test(input.trim())
    ? Number(input)
    : input;
}

/** What RMQTT takes for true and false; in strings, in any case. */
const BOOLEANS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...[1, "1", "true", "on", "yes"].map((word) => [word, true] as const),
  ...[0, "0", "false", "off", "no"].map((word) => [word, false] as const),
]);

export function boolean(): Field<boolean> {
  return v.pipe(
    v.unknown(),
    v.transform((input) => BOOLEANS.get(lowerCase(input)) ?? input),
    v.boolean("must be true or false"),
  );
}

/** `names` are in lower case; the file may have them in any. */
export function oneOf<const T extends readonly string[]>(...names: T): Field<T[number]> {
  const list = names.map((name) => JSON.stringify(name)).join(", ");
  return v.pipe(v.unknown(), v.transform(lowerCase), v.picklist(names, `must be one of ${list}`));
}

function lowerCase(input: unknown): unknown {
  return typeof input === "string" ? input.trim().toLowerCase() : input;
}

/** The mode of a file that its owner reads and writes, and nobody executes. */
export function fileMode(): Field<number> {
  const message =
    'must be a file mode in quotes, such as "0640": 6 for the owner, then 0, 2, 4 or 6 for its group and ' +
    "for everyone";
  return v.pipe(
    v.unknown(),
    v.string(message),
    v.regex(/^0?6[0246]{2}$/, message),
    v.transform((text) => parseInt(text, 8)),
  );
}

/** Text with at least one character and without U+0000; `what` names it: "a folder". */
export function text(what: string): Field<string> {
  const message = `must be ${what}: a string that is not empty`;
  return v.pipe(
    v.unknown(),
    v.string(message),
    v.nonEmpty(message),
    v.excludes("\0", `must be ${what}: a string without U+0000`),
  );
}

/** Like {@link text}, and may be empty. */
export function textOrEmpty(what: string): Field<string> {
  const message = `must be ${what}: a string without U+0000`;
  return v.pipe(v.unknown(), v.string(message), v.excludes("\0", message));
}

/** An array of strings; `what` names them: "names of plugins". */
export function texts(what: string): Field<string[]> {
  const message = `must be an array of ${what}, in quotes`;
  return v.pipe(v.unknown(), v.array(v.string(message), message));
}

/** Milliseconds. The bounds are durations themselves. */
export function duration(min: string, max: string): Field<number> {
  const allowed = `must be a duration ${DURATION_FORM}, from ${min} to ${max}`;
  return v.pipe(
    v.unknown(),
    v.union([v.string(), v.number()], allowed),
    v.transform((input) => parseDuration(String(input))),
    v.number(allowed),
    v.minValue(bound(parseDuration, min), allowed),
    v.maxValue(bound(parseDuration, max), allowed),
  );
}

/** Bytes. The bounds are sizes themselves; `zero` says what 0 means where it is allowed below `min`. */
export function size(min: string, max: string, zero?: string): Field<number> {
  const or = zero === undefined ? "" : `, or 0: ${zero}`;
  const allowed = `must be a size ${SIZE_FORM}, from ${min} to ${max}${or}`;
  const [least, most] = [bound(parseSize, min), bound(parseSize, max)];
  return v.pipe(
    v.unknown(),
    v.union([v.string(), v.number()], allowed),
    v.transform((input) => parseSize(String(input))),
    v.number(allowed),
    v.check((bytes) => (bytes === 0 && zero !== undefined) || (bytes >= least && bytes <= most), allowed),
  );
}

export function address(): Field<Address> {
  const allowed = `must be ${ADDRESS_FORM}, with a port from 0 (any free one) to 65535`;
  return v.pipe(
    v.unknown(),
    v.string(allowed),
    v.transform(parseAddress),
    v.custom<Address>((value) => value !== undefined, allowed),
  );
}

/** A key that other code checks. */
export function anything(): Field<unknown> {
  return v.unknown();
}

function bound(parse: (text: string) => number | undefined, written: string): number {
  const value = parse(written);
  if (value === undefined) throw new RangeError(`Cannot use ${written} as a bound: it cannot be parsed`);
  return value;
}
