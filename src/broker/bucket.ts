// A bucket of what may come at once: it holds one second's worth, and refills as fast. It is kept as the time
// at which it is full again, in milliseconds on a clock that never goes back.

/** When it is full again, once `count` more are taken of it. */
export function afterTaking(count: number, fullAt: number, perSecond: number, now: number): number {
  return Math.max(fullAt, now) + count * 1000 / perSecond;
}

/** Whether more was taken than it held. */
export function isOverdrawn(fullAt: number, now: number): boolean {
  return fullAt - now > 1000.001; // sums of thirds are not exact
}
