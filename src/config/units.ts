// The units of configuration values: durations, sizes and listen addresses, from text to numbers and back.
import type { Address } from "../base/option.ts";

/** What a duration looks like, for messages. */
export const DURATION_FORM = 'such as "500ms", "8s", "1m30s", "2h", "1d" or "1w" (a bare number is seconds)';
/** What a size looks like, for messages. */
export const SIZE_FORM = 'such as "64KB", "1MB", "1GB" or 1048576';
/** What a listen address looks like, for messages. */
export const ADDRESS_FORM =
  '"HOST:PORT", such as "127.0.0.1:1883", "0.0.0.0:1883", "[::]:1883" or "localhost:1883"';

const MILLISECONDS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
  ["w", 604_800_000],
  ["f", 1_209_600_000],
]);

/**
 * Milliseconds of a duration: numbers with units in any order and case (`"1m30s"`), or bare seconds.
 * `f` is RMQTT's fortnight.
 * `undefined` when the text is none, or is too long to count.
 */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  if (/^\d{1,12}$/.test(trimmed)) return Number(trimmed) * 1_000;
  if (!/^(\d{1,12} ?(ms|[smhdwf]) ?)+$/.test(trimmed)) return undefined;
  let total = 0;
  for (const [, digits, unit] of trimmed.matchAll(/(\d+) ?(ms|[smhdwf])/g)) {
    total += Number(digits) * (MILLISECONDS.get(unit ?? "") ?? NaN);
  }
  return Number.isSafeInteger(total) ? total : undefined;
}

/** Milliseconds as a duration is written, in the largest unit that fits: `24d`, `90s`. */
export function durationText(ms: number): string {
  const [unit, size] = [...MILLISECONDS].findLast(([name, size]) => name !== "f" && ms % size === 0) ??
    ["ms", 1];
  return ms === 0 ? "0" : `${ms / size}${unit}`;
}

/** Bytes as a size is written, in the largest unit that fits: `64KB`, `16`. */
export function sizeText(bytes: number): string {
  const [unit, power] = [...POWERS].findLast(([, power]) => bytes % 1024 ** power === 0) ?? ["", 0];
  return bytes === 0 || unit === "" ? String(bytes) : `${bytes / 1024 ** power}${unit.toUpperCase()}B`;
}

const POWERS: ReadonlyMap<string, number> = new Map([["", 0], ["k", 1], ["m", 2], ["g", 3], ["t", 4]]);

/**
 * Bytes of a size: a bare number, or numbers with units (`"1M512K"`). Units are powers of 1024, as RMQTT has
 * them, in any case: `B`, `K`, `KB`, `KiB`, `M`, … `TiB`.
 * `undefined` when the text is none, or is too large to count.
 */
export function parseSize(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  if (!/^(\d{1,16}|(\d{1,16} ?([kmgt]i?b?|b) ?)+)$/.test(trimmed)) return undefined;
  let total = 0;
  for (const [, digits, unit] of trimmed.matchAll(/(\d+) ?([kmgt]?)/g)) {
    total += Number(digits) * 1024 ** (POWERS.get(unit ?? "") ?? NaN);
  }
  return Number.isSafeInteger(total) ? total : undefined;
}

/**
 * A listen address, split. `undefined` when the text is none; it must have a host, so that nothing listens
 * everywhere by accident.
 */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const [, ipv6, host] = match;
  const port = Number(match[3]);
  if (port > 65_535) return undefined;
  if (ipv6 !== undefined) return isIpv6(ipv6) ? { hostname: ipv6, port } : undefined;
  return host !== undefined && isHost(host) ? { hostname: host, port } : undefined;
}

/** An IPv4 address or a host name by RFC 1123; digits and dots alone must be a real address. */
function isHost(host: string): boolean {
  if (/^[\d.]+$/.test(host)) {
    const parts = host.split(".");
    return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
  }
  if (host.length > 253) return false;
  return host.split(".").every((label) => /^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$/i.test(label));
}

/** The platform's URL parser knows IPv6; a zone (`%eth0`) it does not. */
function isIpv6(text: string): boolean {
  return /^[0-9a-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]/`);
}
