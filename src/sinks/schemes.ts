// The table of schemes: a new kind of sink is one folder, one line here, and one in options.ts.
import { fileScheme } from "./file/file_scheme.ts";
import { httpScheme } from "./http/http_scheme.ts";
import type { SinkOptions } from "./options.ts";
import type { Scheme } from "./scheme.ts";
import { SinkError } from "./sink.ts";

export const SCHEMES: readonly Scheme[] = [fileScheme, httpScheme];

/** Every name that a URL may begin with. */
export const SCHEME_NAMES: readonly string[] = SCHEMES.flatMap(({ names }) => names);

/** The URL that stands for what is written: itself, but for a shorthand. */
export function urlOf(written: string): string {
  for (const { shorthands } of SCHEMES) {
    const url = shorthands?.get(written);
    if (url !== undefined) return url;
  }
  return written;
}

/** Throws SinkError when no sink is for such URLs. */
export function schemeOf(url: string): Scheme {
  const name = schemeName(url);
  const scheme = findScheme(url);
  if (scheme !== undefined) return scheme;
  const allowed = SCHEME_NAMES.map((each) => `${each}:`).join(", ");
  throw new SinkError(
    url,
    name === undefined
      ? `this is not a URL; it must start with one of ${allowed}.`
      : `there is no sink for ${name}: URLs; allowed are ${allowed}.`,
  );
}

/** What a URL begins with, in small letters; undefined when that is no scheme's name. */
export function schemeName(url: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
}

/** The scheme of a URL; undefined when there is none. */
export function findScheme(url: string): Scheme | undefined {
  const name = schemeName(url) ?? "";
  return SCHEMES.find(({ names }) => names.includes(name));
}

/** What would keep a place from its lines. */
export interface Problem {
  readonly sentence: string;
  /** No sink can be made for the URL: the program would not start. */
  readonly refused: boolean;
}

/** Why lines for `url` could not be kept now; undefined when they could. Leaves nothing behind. */
export function probe(url: string, options: SinkOptions): Problem | undefined {
  try {
    return problemOf(schemeOf(url).probe(url, options));
  } catch (error) {
    return refusalOf(error);
  }
}

/** What keeps `url` from its far end now: it cannot be reached, or another process has the place. */
export async function reach(url: string, options: SinkOptions): Promise<Problem | undefined> {
  try {
    return problemOf(await schemeOf(url).reach?.(url, options));
  } catch (error) {
    return refusalOf(error);
  }
}

function problemOf(sentence: string | undefined): Problem | undefined {
  return sentence === undefined ? undefined : { sentence, refused: false };
}

/** Throws what is no SinkError. */
function refusalOf(error: unknown): Problem {
  if (error instanceof SinkError) return { sentence: error.message, refused: true };
  throw error;
}

/** What `check` shows of a place that can take lines. @param untried why its far end was not tried */
export function goodNews(url: string, options: SinkOptions, untried: string | undefined): string {
  return schemeOf(url).goodNews(url, options, untried);
}

/** A sentence on each place where something waits that no URL of the configuration takes any further. */
export function leftBy(urls: Iterable<string>, options: SinkOptions): string[] {
  const all = [...urls];
  return SCHEMES.flatMap((scheme) => scheme.leftBy?.(all, options) ?? []);
}
