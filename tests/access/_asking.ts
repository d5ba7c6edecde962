// A client that knocks at the doors, without a broker around them.
import assert from "node:assert/strict";
import type { Access, Credentials, Principal } from "../../src/access/access.ts";

interface Said extends Partial<Omit<Credentials, "password" | "allowAnonymous">> {
  readonly password?: string;
  readonly allowAnonymous?: boolean;
}

export function credentials({ password, allowAnonymous = false, ...fields }: Said = {}): Credentials {
  return {
    clientId: "c1",
    username: undefined,
    address: "192.0.2.7:40000",
    protocolVersion: 5,
    listener: "external",
    ...fields,
    allowAnonymous: () => allowAnonymous,
    password: password === undefined ? undefined : new TextEncoder().encode(password),
  };
}

/** The Reason Code, or 0 where it was let in. */
export async function codeOf(access: Access, asking: Credentials): Promise<number> {
  const outcome = await access.connect(asking);
  return "refusal" in outcome ? outcome.refusal : 0;
}

export async function letIn(access: Access, asking: Credentials): Promise<Principal> {
  const outcome = await access.connect(asking);
  assert(!("refusal" in outcome), `refused: ${JSON.stringify(outcome)}`);
  return outcome;
}
