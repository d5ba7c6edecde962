// How long a session may outlive its connection.
import type { ListenerOptions } from "./options.ts";

/** Session Expiry Interval that means "never". (3.1.2.11.2) */
const NEVER = 0xffffffff;

/** A 5.0 Session Expiry Interval (seconds) under the listener's cap, in milliseconds. */
export function sessionExpiry(seconds: number, { maxSessionExpiryInterval: cap }: ListenerOptions): number {
  const asked = seconds === NEVER ? Infinity : seconds * 1000;
  return cap === 0 ? asked : Math.min(asked, cap);
}
