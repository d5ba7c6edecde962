// Certificates whose files change while a listener is open, and what is told of those that expire.
import assert from "node:assert/strict";
import { CertificateWatch, expiryNews } from "../../src/listeners/certificate_watch.ts";
import { CertificateError, Certificates } from "../../src/listeners/certificates.ts";
import { canMakeCertificates, makeCertificates, makeMoreCertificates } from "../helpers/certificates.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { tempDir } from "../helpers/temp_dir.ts";
import { type Entry, logInto } from "../helpers/told.ts";

const DAY = 86_400_000;
const ignore = !await canMakeCertificates();
const made = await tempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(made.path, { recursive: true }));
const files = ignore ? undefined : await makeCertificates(made.path);

/** A folder with links, as certbot keeps them: `cert.pem` and `key.pem` lead to a pair. */
class Live implements AsyncDisposable {
  private constructor(readonly path: string, private readonly dir: AsyncDisposable) {}

  static async make(): Promise<Live> {
    const dir = await tempDir();
    const live = new Live(dir.path, dir);
    live.lead(files?.serverCert, files?.serverKey);
    return live;
  }

  lead(cert = "", key = ""): void {
    for (const [name, target] of [["cert.pem", cert], ["key.pem", key]]) {
      Deno.symlinkSync(target ?? "", `${this.path}/new`);
      Deno.renameSync(`${this.path}/new`, `${this.path}/${name}`);
    }
  }

  get options(): { readonly cert: string; readonly key: string } {
    return { cert: `${this.path}/cert.pem`, key: `${this.path}/key.pem` };
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.dir[Symbol.asyncDispose]();
  }
}

function subjectOf({ loaded }: Certificates): string | undefined {
  return loaded.expiries[0]?.subject;
}

Deno.test(
  "files that change are read within a minute, and broken ones change nothing",
  { ignore },
  async () => {
    await using live = await Live.make();
    const certificates = new Certificates(live.options);
    const told: Entry[] = [];
    const clock = new FakeClock();
    const watched = [{ config: { name: "a" }, listener: { certificates } }];
    using _watch = new CertificateWatch(() => watched, clock, logInto(told));
    const before = certificates.loaded;
    clock.advance(60_000);
    assert.equal(certificates.loaded, before);
    live.lead(files?.selfSignedCa, files?.serverKey);
    clock.advance(120_000);
    assert.equal(certificates.loaded, before);
    live.lead(files?.selfSignedCa, files?.selfSignedCaKey);
    clock.advance(60_000);
    assert.equal(subjectOf(certificates), "CN=127.0.0.1");
    const entries = told.filter(({ text }) => text.startsWith("certificates changed")).map((
      { level, text },
    ) => [level, text]);
    assert.deepEqual(entries, [
      [
        "error",
        `certificates changed, and stay as they were: ${live.path}/key.pem is not the private key of the ` +
        `certificate in ${live.path}/cert.pem`,
      ],
      ["info", "certificates changed and are used from here on"],
    ]);
  },
);

Deno.test("what is prepared counts only once it is committed", { ignore }, async () => {
  await using live = await Live.make();
  const certificates = new Certificates(live.options);
  live.lead(files?.selfSignedCa, files?.selfSignedCaKey);
  const prepared = certificates.prepare(live.options);
  assert.equal(subjectOf(certificates), "CN=server");
  prepared.commit();
  assert.equal(subjectOf(certificates), "CN=127.0.0.1");
  assert.equal(certificates.refresh(), false);
});

Deno.test("files that cannot be used are named, with the reason", { ignore }, async () => {
  await using live = await Live.make();
  const { cert, key } = live.options;
  await Deno.writeTextFile(`${live.path}/text`, "no certificate");
  const text = `${live.path}/text`;
  const cases: readonly (readonly [Partial<Parameters<typeof open>[0]>, string])[] = [
    [{ cert: `${live.path}/none` }, `${live.path}/none does not exist`],
    [{ cert: live.path }, `${live.path} is no file of certificates`],
    [{ cert: text }, `${text} does not hold certificates in PEM form`],
    [{ key: text }, `${text} does not hold a private key in PEM form without a passphrase`],
    [{ clientCa: text }, `${text} does not hold certificates in PEM form`],
    [{ clientCa: files?.ca ?? "", clientCrl: text }, `${text} is no revocation list in PEM form`],
  ];
  const open = (more: { cert?: string; key?: string; clientCa?: string; clientCrl?: string }): Certificates =>
    new Certificates({ cert, key, ...more });
  for (const [more, message] of cases) {
    assert.throws(
      () => open(more),
      (error) => error instanceof CertificateError && error.message === message,
    );
  }
});

Deno.test("the end of a certificate is told 30 days before it, each day, and after it", () => {
  const at = Date.UTC(2027, 0, 31, 12);
  const news = (days: number): string => {
    const told = expiryNews({ file: "c.pem", kind: "certificate", subject: "CN=a", at }, at - days * DAY);
    return told === undefined ? "" : `${told.level} ${told.sentence}`;
  };
  assert.equal(news(30), "");
  assert.equal(news(29.9), "warn the certificate CN=a in c.pem expires on 2027-01-31, in 29 days");
  assert.equal(news(1), "warn the certificate CN=a in c.pem expires on 2027-01-31, in 1 day");
  assert.equal(news(-0.1), "error the certificate CN=a in c.pem expired on 2027-01-31");
});

Deno.test("a revocation list is read with its end, and told of when that comes", { ignore }, async () => {
  const { crl } = await makeMoreCertificates(made.path);
  const { serverCert: cert = "", serverKey: key = "", ca: clientCa = "" } = files ?? {};
  const { loaded } = new Certificates({ cert, key, clientCa, clientCrl: crl });
  const list = loaded.expiries.find(({ kind }) => kind === "revocation list");
  assert(list !== undefined);
  assert(Math.abs(list.at - (Date.now() + 2 * DAY)) < DAY / 24);
  assert.match(
    expiryNews(list, list.at + DAY)?.sentence ?? "",
    /^the revocation list CN=test-ca in .*crl\.pem expired on /,
  );
  // One of another CA.
  assert.throws(() => new Certificates({ cert, key, clientCa: files?.selfSignedCa ?? "", clientCrl: crl }), {
    message: `${crl} has a revocation list of no CA in client_ca_certs`,
  });
});

Deno.test("what expires is told at start and once a day", { ignore }, async () => {
  await using live = await Live.make();
  const clock = new FakeClock();
  clock.jumped = Date.now();
  const told: Entry[] = [];
  const watched = [{ config: { name: "a" }, listener: { certificates: new Certificates(live.options) } }];
  using _watch = new CertificateWatch(() => watched, clock, logInto(told));
  assert.match(told[0]?.text ?? "", /CN=server in .*cert\.pem expires on .*, in 1 day/);
  clock.advance(DAY - 60_000);
  assert.equal(told.length, 1);
  clock.advance(2 * DAY);
  assert.deepEqual(told.map(({ level }) => level), ["warn", "warn", "error"]);
});
