// TLS of the started program with Debian's clients: who gets in, who does not, and what the lines and the log
// say.
import assert from "node:assert/strict";
import { makeCertificates, makeMoreCertificates } from "../helpers/certificates.ts";
import { Hookline } from "../helpers/hookline.ts";
import { mosquitto } from "../helpers/mosquitto.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { until } from "../helpers/until.ts";

const certificates = await tempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(certificates.path, { recursive: true }));
const files = await makeCertificates(certificates.path);
const more = await makeMoreCertificates(certificates.path);
const CLIENT = files.clientCert.replace(/\.pem$/, "");

function listener(name: string, keys = "", server = files.serverCert.replace(/\.pem$/, "")): string {
  const files = `cert = "${server}.pem"\nkey = "${server}.key"\n`;
  return `[listener.tls.${name}]\naddr = "127.0.0.1:0"\n${files}${keys}`;
}

/** Only clients with a certificate of this CA. */
function asking(ca = files.ca, keys = ""): string {
  return `cross_certificate = true\nclient_ca_certs = "${ca}"\n${keys}`;
}

/** What a client says to publish once, with the certificate of `pair` if given. */
function publish(pair?: string, ca = files.ca): string[] {
  const own = pair === undefined ? [] : ["--cert", `${pair}.pem`, "--key", `${pair}.key`];
  return ["--cafile", ca, ...own, "-q", "1", "-t", "a", "-m", "x"];
}

function refusals(broker: Hookline): string {
  return broker.log.filter(({ msg }) => msg === "connections were refused").map((it) => it["reasons"]).join(
    "; ",
  );
}

Deno.test("a client that trusts the CA publishes over TLS 1.2 and 1.3, another goes away", async () => {
  await using dir = await tempDir();
  await using broker = await Hookline.start({ cwd: dir.path, config: listener("external") });
  for (const version of ["tlsv1.2", "tlsv1.3"]) {
    await mosquitto("mosquitto_pub", broker.port, [...publish(), "--tls-version", version, "-i", version]);
    const { from_ipaddress } = await broker.event(
      (it) => it["action"] === "message_publish" && it["from_clientid"] === version,
      "the message",
    );
    assert.match(String(from_ipaddress), /^127\.0\.0\.1:\d+$/);
  }
  await mosquitto("mosquitto_pub", broker.port, publish(undefined, files.selfSignedCa), "failed");
  await mosquitto("mosquitto_pub", broker.port, ["-t", "a", "-m", "x"], "failed");
  await until(
    () => refusals(broker).includes("TlsHandshakeFailed"),
    "the log tells of handshakes that failed",
  );
});

for (const server of ["expiredServer", "otherHost"] as const) {
  Deno.test(`a client refuses a server's certificate: ${server}`, async () => {
    await using dir = await tempDir();
    await using broker = await Hookline.start({ cwd: dir.path, config: listener("a", "", more[server]) });
    await mosquitto("mosquitto_pub", broker.port, publish(), "failed");
    const told = broker.log.some(({ msg }) => /expired/.test(msg));
    assert.equal(told, server === "expiredServer");
  });
}

Deno.test("a client certificate is asked for, and names its user", async () => {
  await using dir = await tempDir();
  for (
    const [key, username] of [["cert_cn_as_username", "gate-1"], [
      "cert_subject_dn_as_username",
      "C=AU, O=Acme\\,Inc, CN=gate-1",
    ]]
  ) {
    await using broker = await Hookline.start({
      cwd: dir.path,
      config: listener("external", asking(files.ca, `${key} = true\n`)),
    });
    await mosquitto("mosquitto_pub", broker.port, [
      ...publish(more.named),
      "-u",
      "admin",
      "-P",
      "x",
      "-i",
      `${key}`,
    ]);
    const { from_username } = await broker.event((it) => {
      return it["action"] === "message_publish" && it["from_clientid"] === key;
    }, "the message");
    assert.equal(from_username, username);
  }
});

Deno.test("a certificate without the name that its user is to have is refused", async () => {
  await using dir = await tempDir();
  const config = listener(
    "external",
    asking(files.ca, "cert_cn_as_username = true\nallow_anonymous = true\n"),
  );
  await using broker = await Hookline.start({ cwd: dir.path, config });
  await mosquitto("mosquitto_pub", broker.port, [...publish(more.nameless), "-u", "admin"], "failed");
  await mosquitto("mosquitto_pub", broker.port, publish(more.named));
  const names = (await broker.events()).filter((it) => it["action"] === "client_connected");
  assert.deepEqual(names.map((it) => it["username"]), ["gate-1"]);
});

Deno.test("no certificate, a stranger's, an expired and a revoked one are refused", async () => {
  await using dir = await tempDir();
  const config = listener("external", asking(files.ca, `client_crls = "${more.crl}"\n`));
  await using broker = await Hookline.start({ cwd: dir.path, config });
  for (const pair of [undefined, more.stranger, more.expired, more.revoked]) {
    for (const version of ["tlsv1.2", "tlsv1.3"]) {
      await mosquitto("mosquitto_pub", broker.port, [...publish(pair), "--tls-version", version], "failed");
    }
  }
  await mosquitto("mosquitto_pub", broker.port, publish(CLIENT));
  const connected = (await broker.events()).filter((it) => it["action"] === "client_connect");
  assert.equal(connected.length, 1);
});

Deno.test("a session of another listener lets nobody in: its certificate is looked at again", async () => {
  await using dir = await tempDir();
  const config = listener("a", asking(more.otherCa)) + listener("b", asking()) + listener("c");
  await using broker = await Hookline.start({ cwd: dir.path, config });
  const [a = 0, b = 0, c = 0] = broker.log.filter(({ msg }) => msg.startsWith("listening on"))
    .map((entry) => Number(entry["port"]));
  const session = `${dir.path}/session`;
  for (const version of ["-tls1_2", "-tls1_3"]) {
    assert.equal(await pings(a, [version, "-sess_out", session], more.stranger), true);
    assert.equal(await pings(a, [version, "-sess_in", session], more.stranger), true);
    assert.equal(await pings(b, [version, "-sess_in", session], more.stranger), false);
    assert.equal(await pings(c, [version, "-sess_out", session]), true);
    assert.equal(await pings(b, [version, "-sess_in", session]), false);
  }
});

Deno.test("SIGHUP takes other certificates for new connections, and no broken ones", async () => {
  await using dir = await tempDir();
  const put = async (cert: string, key: string): Promise<void> => {
    await Deno.copyFile(cert, `${dir.path}/own.pem`);
    await Deno.copyFile(key, `${dir.path}/own.key`);
  };
  await put(files.serverCert, files.serverKey);
  await using broker = await Hookline.start({ cwd: dir.path, config: listener("a", "", `${dir.path}/own`) });
  const subscribed = mosquitto("mosquitto_sub", broker.port, ["--cafile", files.ca, "-t", "a", "-C", "2"]);
  await broker.event((it) => it["action"] === "session_subscribed", "the subscription");
  await mosquitto("mosquitto_pub", broker.port, publish());

  await put(files.selfSignedCa, files.selfSignedCaKey);
  await broker.reload();
  await mosquitto("mosquitto_pub", broker.port, publish(), "failed");
  await put(files.selfSignedCa, files.serverKey);
  const told = await broker.reload();
  assert(told.some(({ msg }) => /own\.key is not the private key of the certificate in/.test(msg)));
  await mosquitto("mosquitto_pub", broker.port, publish(undefined, files.selfSignedCa));
  assert.equal(await subscribed, "x\nx\n");
});

/** Whether a CONNECT over `openssl s_client` is answered. */
async function pings(port: number, args: readonly string[], pair?: string): Promise<boolean> {
  const own = pair === undefined ? [] : ["-cert", `${pair}.pem`, "-key", `${pair}.key`];
  const client = new Deno.Command("openssl", {
    args: ["s_client", "-connect", `127.0.0.1:${port}`, "-quiet", "-no_ign_eof", ...own, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = client.stdin.getWriter();
  const reader = client.stdout.getReader();
  // CONNECT of 3.1.1, Clean Session, Client Identifier "s".
  const connect = Uint8Array.fromHex("100d00044d51545404020000000173");
  await writer.write(connect).catch(() => {});
  const { value } = await reader.read();
  await writer.close().catch(() => {});
  await reader.cancel();
  await client.status;
  return value?.[0] === 0x20;
}
