// A connection that the kernel resets: what was said before it still counts.
import assert from "node:assert/strict";
import { brokerTest } from "./broker_test_case.ts";

brokerTest(
  "a client that closes with answers unread is ReadWriteError, but Disconnect when it said good-bye before",
  {},
  async (broker) => {
    for (let i = 0; i < 10; i++) {
      using conn = await Deno.connect({ hostname: "127.0.0.1", port: broker.port });
      const connect = `100e 0004 4d515454 04 02 0000 0002 633${i}`; // Client Identifier c0, c1, …
      const goodBye = i % 2 === 0 ? "e000" : "";
      const bytes = Uint8Array.fromHex((connect + "c000".repeat(20_000) + goodBye).replaceAll(" ", ""));
      for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
    }
    const ends = await broker.wait({ action: "client_disconnected" }, 10);
    for (const { clientid, reason } of ends) {
      assert.equal(reason, Number(String(clientid).slice(1)) % 2 === 0 ? "Disconnect" : "ReadWriteError");
    }
  },
);
