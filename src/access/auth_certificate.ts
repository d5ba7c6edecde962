// Who a client is by its certificate, which its listener has verified.
import type { Credentials } from "./access.ts";
import type { Answer, Authenticator } from "./answer.ts";

/**
 * Answers for a client that gives no username, or the one of its certificate: a certificate says nothing of
 * any other name.
 */
export const certificateAuthenticator: Authenticator = {
  authenticate({ certificate, username }: Credentials): Answer {
    if (certificate === undefined) return "ignore";
    const names = [undefined, certificate.commonName, certificate.subject];
    return names.includes(username) ? { superuser: false, closeIfDenied: false } : "ignore";
  },
};
