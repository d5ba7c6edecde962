// A private CA, made by openssl: a server certificate for 127.0.0.1, a client certificate, and what `openssl req -x509` makes of a server's name: a CA's.

export interface Certificates {
  readonly ca: string;
  readonly serverCert: string;
  readonly serverKey: string;
  readonly clientCert: string;
  readonly clientKey: string;
  /** For 127.0.0.1, signed by itself, CA:TRUE. */
  readonly selfSignedCa: string;
  readonly selfSignedCaKey: string;
}

/** Whether openssl is there. */
export async function canMakeCertificates(): Promise<boolean> {
  try {
    return (await new Deno.Command("openssl", { args: ["version"], stdout: "null", stderr: "null" }).output())
      .success;
  } catch {
    // Not installed, or not allowed to run.
    return false;
  }
}

/** Makes them in a folder; returns the paths. */
export async function makeCertificates(dir: string): Promise<Certificates> {
  await openssl(
    dir,
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test-ca -keyout ca.key -out ca.pem",
  );
  await openssl(
    dir,
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout self.key -out self.pem",
  );
  for (const name of ["server", "client"]) {
    await openssl(
      dir,
      `req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=${name} -keyout ${name}.key -out ${name}.csr`,
    );
    await Deno.writeTextFile(`${dir}/${name}.ext`, "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
    await openssl(
      dir,
      `x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ${name}.ext -out ${name}.pem`,
    );
  }
  return {
    ca: `${dir}/ca.pem`,
    serverCert: `${dir}/server.pem`,
    serverKey: `${dir}/server.key`,
    clientCert: `${dir}/client.pem`,
    clientKey: `${dir}/client.key`,
    selfSignedCa: `${dir}/self.pem`,
    selfSignedCaKey: `${dir}/self.key`,
  };
}

async function openssl(cwd: string, args: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", {
    args: args.split(" "),
    cwd,
    stderr: "piped",
    stdout: "null",
  })
    .output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** What tells the peers of a TLS listener apart: a pair of files each, `.pem` and `.key`. */
export interface MoreCertificates {
  /** Of clients, by the CA of {@link Certificates}: not valid any more, and revoked. */
  readonly expired: string;
  readonly revoked: string;
  /** With a subject of several parts. */
  readonly named: string;
  /** With one that has no Common Name. */
  readonly nameless: string;
  /** Another CA, and a client of its. */
  readonly otherCa: string;
  readonly stranger: string;
  /** Of servers: not valid any more, and for another host. */
  readonly expiredServer: string;
  readonly otherHost: string;
  /** Revocation list of the CA. */
  readonly crl: string;
}

const EC = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

/** Makes them in the folder of {@link makeCertificates}; returns the paths, without the endings of pairs. */
export async function makeMoreCertificates(dir: string): Promise<MoreCertificates> {
  const ca = (name: string): string =>
    `[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nnew_certs_dir=.\nserial=serial\ncrlnumber=serial\n` +
    `default_md=sha256\ndefault_crl_days=2\npolicy=p\ncertificate=${name}.pem\nprivate_key=${name}.key\n` +
    `[p]\ncountryName=optional\norganizationName=optional\ncommonName=optional\n`;
  await Deno.writeTextFile(`${dir}/index.txt`, "");
  await Deno.writeTextFile(`${dir}/serial`, "0A01");
  await Deno.writeTextFile(`${dir}/other.ext`, "subjectAltName=DNS:elsewhere.example\n");
  await openssl(dir, `req -x509 ${EC} -days 2 -subj /CN=other-ca -keyout other-ca.key -out other-ca.pem`);
  const made: readonly (readonly [name: string, subject: string, by: string, ext: string, dates: string])[] =
    [
      ["expired", "/CN=expired", "ca", "client", "-startdate 20200101000000Z -enddate 20210101000000Z"],
      ["revoked", "/CN=revoked", "ca", "client", "-days 2"],
      ["named", "/C=AU/O=Acme,Inc/CN=gate-1", "ca", "client", "-days 2"],
      ["nameless", "/C=AU/O=Acme", "ca", "client", "-days 2"],
      ["stranger", "/CN=client", "other-ca", "client", "-days 2"],
      ["expired-server", "/CN=server", "ca", "server", "-startdate 20200101000000Z -enddate 20210101000000Z"],
      ["other-host", "/CN=elsewhere.example", "ca", "other", "-days 2"],
    ];
  for (const [name, subject, by, ext, dates] of made) {
    await openssl(dir, `req -new ${EC} -subj ${subject} -keyout ${name}.key -out ${name}.csr`);
    await Deno.writeTextFile(`${dir}/openssl.cnf`, ca(by));
    await openssl(
      dir,
      `ca -config openssl.cnf -batch -notext -in ${name}.csr ${dates} -extfile ${ext}.ext -out ${name}.pem`,
    );
  }
  await Deno.writeTextFile(`${dir}/openssl.cnf`, ca("ca"));
  await openssl(dir, "ca -config openssl.cnf -revoke revoked.pem");
  await openssl(dir, "ca -config openssl.cnf -gencrl -out crl.pem");
  return {
    expired: `${dir}/expired`,
    revoked: `${dir}/revoked`,
    named: `${dir}/named`,
    nameless: `${dir}/nameless`,
    otherCa: `${dir}/other-ca.pem`,
    stranger: `${dir}/stranger`,
    expiredServer: `${dir}/expired-server`,
    otherHost: `${dir}/other-host`,
    crl: `${dir}/crl.pem`,
  };
}
