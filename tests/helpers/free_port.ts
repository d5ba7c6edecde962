// A port for whoever must know it before it is listened on.

/** A port nobody listens on at the moment. */
export function freePort(): number {
  using probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return probe.addr.port;
}
