// Who can reach a place where something listens.
import assert from "node:assert/strict";
import { isLocal } from "../../src/listeners/options.ts";

Deno.test("only this machine reaches 127.0.0.0/8, ::1 and localhost, whatever a name begins with", () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LocalHost"]) {
    assert.ok(isLocal({ hostname: host, port: 1 }), host);
  }
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "127.example.com", "localhost.example.com"]) {
    assert.ok(!isLocal({ hostname: host, port: 1 }), host);
  }
});
