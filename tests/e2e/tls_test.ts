// TLS of the started program with Debian's clients: who gets in, who does not, and what the lines and the log say.
import assert from "node:assert/strict";
import { makeCertificates } from "../helpers/certificates.ts";
import { Hookline } from "../helpers/hookline.ts";
import { mosquitto } from "../helpers/mosquitto.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

const dir = await tempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(dir.path, { recursive: true }));
const files = await makeCertificates(dir.path);

const SERVER = `cert = "${files.serverCert}"\nkey = "${files.serverKey}"\n`;
const TRUST = ["--cafile", files.ca, "-q", "1", "-t", "a", "-m", "x"];

Deno.test("a client that trusts the CA publishes over TLS 1.2 and 1.3, one that does not goes away", async () => {
  await using dir = await tempDir();
  const config = `[listener.tls.external]\naddr = "127.0.0.1:0"\n${SERVER}`;
  await using broker = await Hookline.start({ cwd: dir.path, config });
  for (const version of ["tlsv1.2", "tlsv1.3"]) {
    await mosquitto("mosquitto_pub", broker.port, [...TRUST, "--tls-version", version, "-i", version]);
    const { from_ipaddress } = await broker.event(
      (it) => it["action"] === "message_publish" && it["from_clientid"] === version,
      "the message",
    );
    assert.match(String(from_ipaddress), /^127\.0\.0\.1:\d+$/);
  }
  await mosquitto(
    "mosquitto_pub",
    broker.port,
    ["--cafile", files.selfSignedCa, "-t", "a", "-m", "x"],
    "failed",
  );
  await mosquitto("mosquitto_pub", broker.port, ["-t", "a", "-m", "x"], "failed");
  await until(
    () =>
      broker.log.some(({ msg, reasons }) =>
        msg === "connections were refused" && /Tls/.test(String(reasons))
      ),
    "the log tells of handshakes that failed",
  );
});

Deno.test("a client certificate is asked for, and names its user", async () => {
  await using dir = await tempDir();
  const config = `[listener.tls.external]\naddr = "127.0.0.1:0"\n${SERVER}cross_certificate = true
client_ca_certs = "${files.ca}"\ncert_cn_as_username = true\n`;
  await using broker = await Hookline.start({ cwd: dir.path, config });
  const own = ["--cert", files.clientCert, "--key", files.clientKey];
  await mosquitto("mosquitto_pub", broker.port, [...TRUST, ...own, "-u", "admin", "-P", "x"]);
  const { from_username } = await broker.event((it) => it["action"] === "message_publish", "the message");
  assert.equal(from_username, "client");
});
