// The endpoint that a URL and its options name: what all requests have in common, with secrets kept apart.
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { TlsOptions } from "../../base/dial.ts";
import { errorText } from "../../base/error_text.ts";
import { maskUrl } from "../mask_url.ts";
import { SinkError } from "../sink.ts";
import type { HttpEndpoint } from "./options.ts";

/** Shorter texts are no secrets, and hiding them would garble every sentence. */
const SHORTEST_SECRET = 4;

export interface Target {
  /** For logs, reports and `check`. */
  readonly shownUrl: string;
  /** What fetch is given: without user name and password. */
  readonly url: string;
  /** Of every request, `authorization` from the URL included. */
  readonly headers: Readonly<Record<string, string>>;
  /** Options of its connections; the PEM files are read. */
  readonly tls: TlsOptions;
  /** Texts that must not be shown. */
  readonly secrets: readonly string[];
}

/** Reads the PEM files. Throws SinkError when the URL or a file is not usable. */
export function targetOf(url: string, endpoint: HttpEndpoint = {}): Target {
  const parsed = parseHttpUrl(url);
  const { headers = {}, caFile, certFile, keyFile } = endpoint;
  const credentials = credentialsOf(parsed, url);
  parsed.username = parsed.password = parsed.hash = "";
  const named = Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
  return {
    shownUrl: maskUrl(url),
    url: parsed.href,
    headers: credentials === undefined || named ? headers : { ...headers, authorization: credentials },
    tls: {
      ...(caFile !== undefined && { caCerts: [readPem(url, "ca_file", caFile, checkCertificates)] }),
      ...(certFile !== undefined && { cert: readPem(url, "cert_file", certFile, checkCertificates) }),
      ...(keyFile !== undefined && { key: readPem(url, "key_file", keyFile, createPrivateKey) }),
    },
    secrets: [...Object.values(headers), ...parsed.searchParams.values(), credentials ?? ""]
      .flatMap((text) => [text, ...text.split(" ")])
      .filter((text) => text.length >= SHORTEST_SECRET),
  };
}

/**
 * Makes ready for requests, and sends none. Throws SinkError when the certificates are of no use.
 * @param concurrency connections kept open while idle
 */
export function clientFor({ tls, shownUrl }: Target, concurrency: number): Deno.HttpClient {
  try {
    return Deno.createHttpClient({
      ...tls as Deno.CreateHttpClientOptions,
      poolMaxIdlePerHost: concurrency,
    });
  } catch (error) {
    throw new SinkError(shownUrl, `its certificates cannot be used: ${errorText(error)}.`, { cause: error });
  }
}

/** Throws SinkError when it is not an http or https URL with a host. */
export function parseHttpUrl(url: string): URL {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.hostname === "") {
    throw new SinkError(maskUrl(url), "this is not an HTTP URL; write it as http://host:port/path.");
  }
  return parsed;
}

function credentialsOf({ username, password }: URL, url: string): string | undefined {
  if (username === "" && password === "") return undefined;
  try {
    const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${new TextEncoder().encode(text).toBase64()}`;
  } catch {
    // The cause would show the password.
    throw new SinkError(
      maskUrl(url),
      "a % in its user name or password is not followed by two hex digits of UTF-8.",
    );
  }
}

function readPem(url: string, key: string, path: string, check: (pem: string) => unknown): string {
  try {
    const pem = Deno.readTextFileSync(path);
    check(pem);
    return pem;
  } catch (error) {
    throw new SinkError(maskUrl(url), `its ${key}, ${path}, cannot be used: ${errorText(error)}.`, {
      cause: error,
    });
  }
}

/** Deno takes a file without certificates in silence, and then trusts nobody. */
function checkCertificates(pem: string): void {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (blocks === null) throw new Error("it holds no PEM certificate (-----BEGIN CERTIFICATE-----)");
  for (const block of blocks) new X509Certificate(block);
}
