// Waiting for another process: asks again until it is so, and fails with a name when it never is.

/** Resolves once `condition` holds. Throws after `timeout` milliseconds, saying `what` did not happen. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeout = 10_000,
): Promise<void> {
  const deadline = performance.now() + timeout;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`gave up after ${timeout} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
