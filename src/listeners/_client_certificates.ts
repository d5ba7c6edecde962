// Whether a client's certificate is one of our CAs', and not revoked. node:tls has verified it too, but not
// where a client resumes a session: Deno's are shared by all listeners, and outlive a reload.
import { X509Certificate } from "node:crypto";
import { parseRevocationLists, serialOf } from "./_revocation_list.ts";

/** Certificates between a client's and a CA's. */
const LONGEST_CHAIN = 8;

interface Authority {
  readonly certificate: X509Certificate;
  revoked: ReadonlySet<string>;
  /**
   * When its list should be replaced by a newer one, Unix milliseconds; `undefined` where nothing says so.
   */
  listEnds: number | undefined;
}

export class ClientCertificates {
  readonly authorities: readonly Readonly<Authority>[];

  /**
   * Throws an Error whose message is a phrase about the lists.
   * @param certificates of the CAs
   * @param lists their revocation lists in PEM form
   */
  constructor(certificates: readonly X509Certificate[], lists?: string) {
    const authorities = certificates.map((certificate): Authority => {
      return { certificate, revoked: new Set(), listEnds: undefined };
    });
    this.authorities = authorities;
    for (const list of lists === undefined ? [] : parseRevocationLists(lists)) {
      const authority = authorities.find(({ certificate }) => list.isOf(certificate));
      if (authority === undefined) throw new Error("has a revocation list of no CA in client_ca_certs");
      authority.revoked = authority.revoked.union(list.serials);
      authority.listEnds = list.nextUpdate;
    }
  }

  /**
   * Why a client with this certificate may not come in, as a phrase, or `undefined`.
   * @param now Unix milliseconds
   */
  refusal(leaf: X509Certificate, now: number): string | undefined {
    let certificate: X509Certificate | undefined = leaf;
    for (let length = 0; certificate !== undefined && length < LONGEST_CHAIN; length++) {
      if (now > certificate.validToDate.getTime()) return "the client's certificate has expired";
      if (now < certificate.validFromDate.getTime()) return "the client's certificate is not valid yet";
      const its: X509Certificate = certificate;
      const authority = this.authorities.find((it) => isIssuedBy(its, it.certificate));
      if (authority?.revoked.has(serialOf(its))) return "the client's certificate is revoked";
      if (authority !== undefined) return undefined;
      const issuer: X509Certificate | undefined = its.issuerCertificate;
      certificate = issuer !== undefined && isIssuedBy(its, issuer) ? issuer : undefined;
    }
    return "the client's certificate is of no CA in client_ca_certs";
  }
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** All certificates of a PEM text. Throws where one is damaged, or there is none. */
export function parseCertificates(pem: string): readonly [X509Certificate, ...X509Certificate[]] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const [first, ...others] = blocks.map((block) => new X509Certificate(block));
  if (first === undefined) throw new Error("has no certificate");
  return [first, ...others];
}
