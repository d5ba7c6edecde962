// The options --ca-file, --cert-file and --key-file, the same for every verb that connects by TLS.
import { resolve } from "node:path";
import { textOf, UsageError, type Values } from "./verb.ts";

export interface PemFiles {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** Absolute paths. Throws UsageError for a certificate without its key. */
export function pemFilesOf(values: Values, cwd: string): PemFiles {
  const [ca, cert, key] = ["ca-file", "cert-file", "key-file"].map((name) => textOf(values, name));
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError("--cert-file and --key-file go together: give both, or neither.");
  }
  return {
    ...(ca !== undefined && { caFile: resolve(cwd, ca) }),
    ...(cert !== undefined && { certFile: resolve(cwd, cert) }),
    ...(key !== undefined && { keyFile: resolve(cwd, key) }),
  };
}
