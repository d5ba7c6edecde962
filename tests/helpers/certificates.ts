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
