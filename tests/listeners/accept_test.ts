// Accepting goes on whatever fails, and a failure that stays is told once.
import assert from "node:assert/strict";
import { acceptAll, ConnTransport } from "../../src/listeners/accept.ts";
import { until } from "../helpers/until.ts";

Deno.test("a failure that stays is told once, and again after a connection came", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let accepts = 0;
  const told: unknown[] = [];
  let taken = 0;
  const socket = {
    // The third one comes; the others find no descriptor left.
    accept: (): Promise<Deno.TcpConn> => {
      return ++accepts === 3 ? listener.accept() : Promise.reject(new Error("too many open files"));
    },
    close: (): void => {},
  };
  const close = acceptAll(
    socket,
    (conn) => new ConnTransport(conn, "peer"),
    (transport) => {
      taken++;
      transport.close();
    },
    (error) => told.push(error),
  );
  using _conn = await Deno.connect({ hostname: "127.0.0.1", port: (listener.addr as Deno.NetAddr).port });
  await until(() => accepts >= 5, "accepting goes on");
  assert.deepEqual([taken, told.length], [1, 2]);
  await close();
});
