// Tokens: signatures, claims, keys, and the tricks that are played with them.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { exportJWK, SignJWT } from "jose";
import { systemClock } from "../../src/base/clock.ts";
import { Reason } from "../../src/mqtt/reason_codes.ts";
import { codeOf, credentials, letIn } from "./_asking.ts";
import { until } from "../helpers/until.ts";
import { World } from "../broker/_world.ts";
import { doors, optionsOf, type Sources } from "./_doors.ts";

const SECRET = new TextEncoder().encode("rmqttsecret");
const NOW = Math.floor(Date.now() / 1000);

type Claims = Readonly<Record<string, unknown>>;

function token(claims: Claims, key: Parameters<SignJWT["sign"]>[0] = SECRET, alg = "HS256"): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(key);
}

/** The Reason Code that a token with these claims comes to. */
async function tried(toml: string, claims: Claims): Promise<number> {
  using access = doors({ jwt: `hmac_secret = "rmqttsecret"\n${toml}` }, systemClock);
  return await codeOf(access, credentials({ username: "alice", password: await token(claims) }));
}

const CLAIMS: readonly (readonly [name: string, toml: string, claims: Claims, allowed: boolean])[] = [
  ["no claims", "", {}, true],
  ["exp ahead", "", { exp: NOW + 60 }, true],
  ["exp over", "", { exp: NOW - 1 }, false],
  ["exp over, not validated", "validate_claims.exp = false", { exp: NOW - 1 }, true],
  ["exp that is no number", "", { exp: "tomorrow" }, false],
  ["nbf ahead", "", { nbf: NOW + 3600 }, false],
  ["nbf ahead, not validated", "validate_claims.nbf = false", { nbf: NOW + 3600 }, true],
  ["sub as expected", 'validate_claims.sub = "s"', { sub: "s" }, true],
  ["another sub", 'validate_claims.sub = "s"', { sub: "t" }, false],
  ["no sub", 'validate_claims.sub = "s"', {}, false],
  ["iss one of two", 'validate_claims.iss = ["a", "b"]', { iss: "b" }, true],
  ["iss of others", 'validate_claims.iss = ["a", "b"]', { iss: "c" }, false],
  ["aud, one of a list", 'validate_claims.aud = ["a", "b"]', { aud: ["x", "a"] }, true],
  ["own clientid", 'validate_claims.clientid = "${clientid}"', { clientid: "c1" }, true],
  ["another clientid", 'validate_claims.clientid = "${clientid}"', { clientid: "c2" }, false],
  ["own everything", 'validate_claims.x = "${clientid}${username}${ipaddr}${protocol}"', {
    x: "c1alice192.0.2.75",
  }, true],
  ["protocol as a number", 'validate_claims.p = "${protocol}"', { p: 5 }, true],
  ["a wrong acl", "", { acl: [{ permission: "allow", topic: "a/#/b" }] }, false],
  ["an acl that is no list", "", { acl: {} }, false],
];

for (const [name, toml, claims, allowed] of CLAIMS) {
  Deno.test(`a token with ${name} is ${allowed ? "accepted" : "refused"}`, async () => {
    assert.equal(await tried(toml, claims), allowed ? 0 : Reason.NotAuthorized);
  });
}

Deno.test("a missing, empty, foreign or forged token is not authorised, and the chain stops", async () => {
  using access = doors({ jwt: 'hmac_secret = "rmqttsecret"' }, systemClock);
  const none = btoa(JSON.stringify({ alg: "none" })).replaceAll("=", "");
  const forged = [
    undefined,
    "",
    "hunter2",
    "a.b.c",
    `${none}.e30.`,
    await token({}, new TextEncoder().encode("another secret")),
    `${await token({})}x`,
    "x".repeat(100_000),
  ];
  for (const password of forged) {
    const asking = credentials({
      username: "alice",
      allowAnonymous: true,
      ...password !== undefined && { password },
      address: `198.51.100.${forged.indexOf(password)}:1`,
    });
    assert.equal(await codeOf(access, asking), Reason.NotAuthorized, String(password).slice(0, 40));
  }
});

Deno.test("acl and superuser hold with and without exp", async () => {
  using access = doors({ jwt: 'hmac_secret = "rmqttsecret"' }, systemClock);
  const acl = [{ permission: "allow", action: "publish", topic: "${username}/x" }];
  for (const claims of [{ acl }, { acl, exp: NOW + 60 }]) {
    const client = await letIn(access, credentials({ username: "alice", password: await token(claims) }));
    assert.deepEqual(
      [
        client.mayPublish("alice/x", 0, false),
        client.mayPublish("b/x", 0, false),
        client.maySubscribe("#", 0),
      ],
      [true, false, false],
    );
  }
  const password = await token({ acl, superuser: true });
  assert.equal((await letIn(access, credentials({ password }))).maySubscribe("#", 0), true);
  assert.equal((await letIn(access, credentials({ password: await token({}) }))).maySubscribe("#", 0), true);
});

Deno.test("the token may be the username, and its exp the end of the connection", async () => {
  const jwt = 'hmac_secret = "rmqttsecret"\nfrom = "username"\ndisconnect_if_expiry = true';
  using access = doors({ jwt }, systemClock);
  const client = await letIn(access, credentials({ username: await token({ exp: NOW + 60 }) }));
  assert.equal(client.expiresAt, (NOW + 60) * 1000);
});

Deno.test("hmac_base64: the secret is what the text stands for", async () => {
  using access = doors({ jwt: 'hmac_secret = "cm1xdHRzZWNyZXQ="\nhmac_base64 = true' }, systemClock);
  assert.equal(await codeOf(access, credentials({ password: await token({}, SECRET, "HS512") })), 0);
});

const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 });
const EC = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ED = generateKeyPairSync("ed25519");

for (const [alg, pair] of [["RS256", RSA], ["ES256", EC], ["EdDSA", ED]] as const) {
  Deno.test(`public_key: ${alg} is checked, and a token signed with the public key as a secret is not`, async () => {
    const pem = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
    const sources: Sources = { jwt: 'encrypt = "public-key"\npublic_key = "k.pem"', keyFile: pem };
    using access = doors(sources, systemClock);
    const good = await token({}, pair.privateKey, alg);
    assert.equal(await codeOf(access, credentials({ password: good })), 0);
    const confused = await token({}, new TextEncoder().encode(pem), "HS256");
    assert.equal(await codeOf(access, credentials({ password: confused })), Reason.NotAuthorized);
  });
}

Deno.test("a secret among public keys signs nothing", async () => {
  const key = { kty: "oct", kid: "k", k: SECRET.toBase64({ alphabet: "base64url", omitPadding: true }) };
  const keyFile = JSON.stringify({ keys: [key] });
  using access = doors({ jwt: 'encrypt = "public-key"\njwks_file = "k"', keyFile }, systemClock);
  assert.equal(await codeOf(access, credentials({ password: await token({}) })), Reason.NotAuthorized);
});

Deno.test("a set of keys is read from a file or fetched from a URL", async () => {
  const keys = JSON.stringify({ keys: [{ ...await exportJWK(EC.publicKey), kid: "k1", alg: "ES256" }] });
  const good = await new SignJWT({}).setProtectedHeader({ alg: "ES256", kid: "k1" }).sign(EC.privateKey);
  const other = await new SignJWT({}).setProtectedHeader({ alg: "ES256", kid: "k2" }).sign(EC.privateKey);
  let fetched = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => {
    fetched++;
    return new Response(keys);
  });
  const url = `http://127.0.0.1:${server.addr.port}/keys`;
  for (const jwt of ['jwks_file = "k"', `jwks_url = "${url}"`]) {
    using access = doors({ jwt: `encrypt = "public-key"\n${jwt}`, keyFile: keys }, systemClock);
    assert.equal(await codeOf(access, credentials({ password: good })), 0);
    assert.equal(await codeOf(access, credentials({ password: good })), 0);
    assert.equal(await codeOf(access, credentials({ password: other })), Reason.NotAuthorized);
  }
  assert.equal(fetched, 1);
  await server.shutdown();
});

Deno.test("whom a token let in stays as long as its key does, and tokens are read at all", async () => {
  const jwt = 'hmac_secret = "rmqttsecret"';
  const reloads: readonly (readonly [sources: Sources, stays: boolean])[] = [
    [{ jwt: `${jwt}\ndisconnect_if_expiry = true` }, true],
    [{ jwt, passwords: "" }, true],
    [{ jwt: 'hmac_secret = "another"' }, false],
    [{}, false],
    [{ jwt, order: ["password_file"] }, false],
  ];
  for (const [sources, stays] of reloads) {
    using access = doors({ jwt }, systemClock);
    const client = await letIn(access, credentials({ allowAnonymous: true, password: await token({}) }));
    access.prepare(optionsOf(sources)).commit();
    assert.equal(client.mayStay?.(), stays, JSON.stringify(sources));
  }
});

Deno.test("a token that is the username is in no line; another username is", async () => {
  using access = doors({ jwt: 'hmac_secret = "rmqttsecret"\nfrom = "username"' }, systemClock);
  await using world = new World({}, {}, access);
  const secret = await token({});
  for (const [clientId, username] of [["a", secret], ["b", `${secret}x`], ["c", "alice"]] as const) {
    const client = await world.connect(clientId, { username });
    await until(() => client.take().length > 0, "an answer");
  }
  assert(!JSON.stringify(world.lines()).includes(secret));
  assert.deepEqual(world.lines("client_connack").map((line) => line["username"]), [
    "undefined",
    "undefined",
    "alice",
  ]);
});
