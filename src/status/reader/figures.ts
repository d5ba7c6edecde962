// Figures as text for narrow columns: counts, rates, bytes, durations.

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** `1,234,567` */
export function countText(count: number): string {
  return WHOLE.format(count);
}

/** A rate, a second: tenths only where they tell something. `0`, `0.4`, `12.5`, `1,250`. */
export function rateText(rate: number): string {
  return rate === 0 || rate >= 100 ? WHOLE.format(rate) : TENTHS.format(rate);
}

/** `512 B`, `1.5 kB`, `20 MB` */
export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes / 1_000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${value < 9.95 ? TENTHS.format(value) : WHOLE.format(value)} ${units[unit]}`;
}

/** The two largest units: `45 s`, `3 min 05 s`, `2 h 10 min`, `12 d 3 h`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (value: number): string => String(value).padStart(2, "0");
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3_600)} h ${two(Math.floor(whole / 60) % 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor(whole / 3_600) % 24} h`;
}
