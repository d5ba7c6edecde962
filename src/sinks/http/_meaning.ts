// What failures of an endpoint mean and what to do, for people who know neither TLS nor HTTP by heart.

/** What the network or TLS says, and its meaning. */
const FAILURES: readonly (readonly [RegExp, string])[] = [
  [/Connection refused/, "nothing listens at its address"],
  [/dns error|failed to lookup address/, "its host name is not known"],
  [
    /CaUsedAsEndEntity/,
    "its certificate is a CA's (CA:TRUE), which a server may not use; make the server a certificate " +
    "without CA:TRUE, and name the certificate of the CA that signed it as ca_file",
  ],
  [/UnknownIssuer/, "no CA that is known signed its certificate; name the one that did as ca_file"],
  [/NotValidForName/, "its certificate is for another host name"],
  [/certificate: Expired/, "its certificate has expired, or the clock of this machine is wrong"],
  [/certificate: NotValidYet/, "its certificate is not valid yet, or the clock of this machine is wrong"],
  [/alert: CertificateRequired/, "it asks for a client certificate; give cert_file and key_file"],
  [/InvalidContentType/, "it does not speak TLS; if it should not, write http://"],
  [/invalid HTTP version/, "it does not speak HTTP; if it speaks TLS, write https://"],
  [/error reading a body|before message completed/, "it closes the connection before its answer is whole"],
];

/** `detail`, behind its meaning where that is known. */
export function withMeaning(detail: string): string {
  const meaning = FAILURES.find(([pattern]) => pattern.test(detail))?.[1];
  return meaning === undefined ? detail : `${meaning} (${detail.replace(/ \(os error \d+\)$/, "")})`;
}

/** A phrase with the status of an answer outside 200 to 299, and what it asks for. */
export function statusPhrase(status: number): string {
  return `it answers with status ${status}${STATUSES[status] ?? (isRedirect(status) ? REDIRECT : "")}`;
}

const STATUSES: Readonly<Record<number, string>> = {
  401: ", it wants other credentials (headers, or user name and password in the URL)",
  403: ", it does not allow this with these credentials",
  404: ", it knows no such path",
  405: ", it takes no POST at this path",
  407: ", a proxy on the way wants credentials",
  413: ", the request is too large for it",
  415: ", it does not take this type of content",
};
const REDIRECT = ", redirects are not followed; write the URL that it redirects to";

function isRedirect(status: number): boolean {
  return status >= 300 && status <= 399;
}
