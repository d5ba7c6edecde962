// The files of Mosquitto and RMQTT, as their own documentation writes them, and the mistakes in them.
import assert from "node:assert/strict";
import { type MosquittoAcl, parseMosquittoAcl } from "../../src/access/mosquitto_acl.ts";
import {
  readAclPlugin,
  readFlappingPlugin,
  readHttpPlugin,
  readJwtPlugin,
} from "../../src/config/_access_plugins.ts";
import { readToml } from "./_doors.ts";
import { SHIPPED } from "./_shipped.ts";

const aclErrors = (rules: string): readonly string[] =>
  readToml(`rules = [\n${rules}\n]`, (doc) => readAclPlugin(doc, "/")).errors;

Deno.test("Mosquitto's own example of an acl_file is read", () => {
  const acl = parseMosquittoAcl(`
# This affects access control for clients with no username.
topic read $SYS/#

# This only affects clients with username "roger".
user roger
topic foo/bar

# This affects all clients.
pattern write $SYS/broker/connection/%c/state
`);
  assert("rulesFor" in acl);
  const rules = (acl as MosquittoAcl).rulesFor({ clientId: "c1", username: "roger" });
  assert.deepEqual(rules.map(({ action, filter }) => `${action} ${filter}`), [
    "all foo/bar",
    "publish $SYS/broker/connection/c1/state",
  ]);
  const nameless = (acl as MosquittoAcl).rulesFor({ clientId: "c1", username: undefined });
  assert.deepEqual(nameless.map(({ action, filter }) => `${action} ${filter}`), [
    "subscribe $SYS/#",
    "publish $SYS/broker/connection/c1/state",
  ]);
});

Deno.test("mistakes in an acl_file are told with line and nearest word, all of them", () => {
  const problems = parseMosquittoAcl(
    ["usr alice", "topic raed a/b", "topic", "user", "topic read a/#/b", "pattern read x%c/y", "topic a b"]
      .join("\n"),
  );
  assert(!("rulesFor" in problems));
  assert.deepEqual(problems.map(({ line, text }) => `${line}: ${text}`), [
    '1: unknown word "usr"; did you mean "user"?',
    '2: unknown access "raed"; did you mean "read"?',
    "3: topic: a Topic Filter is missing",
    "4: user: a name is missing",
    "5: topic: # must stand alone in the last level of a Topic Filter",
    "6: pattern: %c and %u must each be a whole level, between slashes",
    '7: unknown access "a"; allowed: read, write, readwrite, deny',
  ]);
});

Deno.test("rmqtt-acl.toml: every rule of its documentation is read, and rules may be left out", () => {
  const { value, errors } = readToml(
    `
disconnect_if_pub_rejected = true
priority = 10
rules = [
    ["allow", { user = "dashboard" }, "subscribe", ["$SYS/#"]],
    ["allow", { user = "dashboard", password = "123456", superuser = true }],
    ["allow", { clientid = "dashboard" }],
    ["allow", { ipaddr = "127.0.0.1" }, "pubsub", ["$SYS/#", "#"]],
    ["allow", { user = "dashboard", protocol = 4 }],
    ["deny", "all", "subscribe", ["$SYS/#", { eq = "#" }]],
    ["allow", "all", "pubsub", ["sensor/%c/ctrl"]],
    ["deny", "all"],
]`,
    (doc) => readAclPlugin(doc, "/"),
  );
  assert.deepEqual([errors, value?.rules.length, value?.closeIfDenied], [[], 8, true]);
  const builtIn = readToml("", (doc) => readAclPlugin(doc, "/")).value;
  assert.deepEqual(builtIn?.rules.map(({ allow }) => allow), [true, true, false, true]);
});

const ACL_MISTAKES: readonly (readonly [rule: string, error: string])[] = [
  ['["alow", "all"]', 'rules[0][0]: unknown access; did you mean "allow"?'],
  ['["allow", "al"]', 'rules[0][1]: unknown word; did you mean "all"?'],
  [
    '["allow", {}]',
    'rules[0][1]: names nobody: it needs user, clientid, ipaddr or protocol; for everybody write "all"',
  ],
  ['["allow", { usr = "x" }]', 'rules[0][1].usr: unknown key; did you mean "user"?'],
  ['["allow", { user = "" }]', "rules[0][1].user: must be a string that is not empty; found an empty string"],
  ['["allow", { ipaddr = "10.0.0" }]', "rules[0][1].ipaddr: must be an address or a network, such as"],
  ['["allow", { ipaddr = "10.0.0.0/33" }]', "rules[0][1].ipaddr: must be an address or a network, such as"],
  ['["allow", { protocol = 6 }]', "rules[0][1].protocol: must be 3 (3.1), 4 (3.1.1) or 5"],
  ['["allow", { password = "hunter2" }]', "rules[0][1]: names nobody"],
  ['["allow", { clientid = "a", password = "hunter2" }]', "rules[0][1].password: belongs to a user"],
  ['["allow", "all", "publsh"]', 'rules[0][2]: unknown control; did you mean "publish"?'],
  [
    '["allow", "all", "publish", "a/b"]',
    "rules[0][3]: must be an array of Topic Filters that is not empty; found a string",
  ],
  ['["allow", "all", "publish", []]', "rules[0][3]: must be an array of Topic Filters that is not empty"],
  [
    '["allow", "all", "publish", ["a/#/b"]]',
    "rules[0][3][0]: # must stand alone in the last level of a Topic Filter",
  ],
  [
    '["allow", "all", "publish", [{ equals = "a" }]]',
    'rules[0][3][0]: must be a Topic Filter or { eq = "the very filter" }',
  ],
  ['["allow"]', "rules[0]: must be a rule: [access, who]"],
  ['"allow all"', "rules[0]: must be a rule: [access, who]"],
];

for (const [rule, error] of ACL_MISTAKES) {
  Deno.test(`rmqtt-acl.toml: ${rule} is refused`, () => {
    const [first = "", ...more] = aclErrors(rule);
    assert(first.startsWith(`file.toml:2: ${error}`), first);
    assert.deepEqual(more, []);
    assert(!first.includes("hunter2"), "the password is shown");
  });
}

Deno.test("rmqtt-acl.toml: what surprises is warned of", () => {
  const { value, warnings } = readToml(
    `rules = [
      ["deny", "all", "all", ["x"]],
      ["allow", { user = "a", superuser = true }],
      ["deny", { user = "b", password = "hunter2" }],
    ]`,
    (doc) => readAclPlugin(doc, "/"),
  );
  const told = warnings.join("\n");
  assert.match(
    told,
    /also refuses the CONNECT[^]*a superuser without a password[^]*password: is not looked at/,
  );
  assert(!told.includes("hunter2"));
  assert.deepEqual(value?.rules[2]?.who, { user: "b", superuser: false });
});

Deno.test("rmqtt-auth-http.toml as it is shipped is read", () => {
  const { value, errors } = readToml(SHIPPED.http, (doc) => readHttpPlugin(doc, "/"));
  assert.deepEqual(errors, []);
  assert.deepEqual(value?.options.authRequest?.headers, {
    "accept": "*/*",
    "cache-control": "no-cache",
    "user-agent": "RMQTT/0.4.0",
    "content-type": "application/x-www-form-urlencoded",
  });
  assert.equal(value?.options.aclRequest?.params["topic"], "%t");
  assert.equal(value?.priority, 100);
});

Deno.test("rmqtt-auth-http.toml: mistakes name key and line, and no header or parameter is shown", () => {
  const { errors } = readToml(
    `
http_headers = { authorization = 5 }
http_timeout = "1h"
http_auth_req = { url = "ftp://user:hunter2@host/", methd = "post" }
http_acl_req = { method = "delete", headers = { x = "hunter2\\nhunter2" }, params = { secret = ["hunter2"] } }
`,
    (doc) => readHttpPlugin(doc, "/"),
  );
  assert.equal(errors.length, 6, errors.join("\n"));
  assert.match(errors.join("\n"), /http_auth_req\.methd: unknown key; did you mean "method"\?/);
  assert(!errors.join().includes("hunter2"));
});

Deno.test("rmqtt-auth-jwt.toml as it is shipped is read", () => {
  const { value, errors } = readToml(SHIPPED.jwt, (doc) => readJwtPlugin(doc, "/", () => undefined));
  assert.deepEqual(errors, []);
  assert.deepEqual(value?.options.claims["clientid"], ["${clientid}"]);
  assert.equal(value?.options.checkNotBefore, true);
});

const JWT_MISTAKES: readonly (readonly [toml: string, error: RegExp])[] = [
  ['encrypt = "hmac-based"', /hmac_secret: is missing/],
  ['hmac_secret = ""', /hmac_secret: must be a secret/],
  ['hmac_secret = "%%"\nhmac_base64 = true', /hmac_secret: must be base64/],
  ['encrypt = "public-key"', /exactly one of public_key, jwks_file and jwks_url/],
  ['encrypt = "public-key"\npublic_key = "k"', /public_key: the file does not hold a public key/],
  ['encrypt = "public-key"\njwks_file = "k"', /jwks_file: the file does not hold a JSON Web Key Set/],
  ['encrypt = "public-key"\njwks_url = "file:///k"', /jwks_url: must be a URL with http: or https:/],
  ['hmac_secret = "x"\nvalidate_claims.sub = 5', /validate_claims\.sub: must be a text/],
  ['hmac_secret = "x"\nform = "password"', /form: unknown key; did you mean "from"\?/],
];

for (const [toml, error] of JWT_MISTAKES) {
  Deno.test(`rmqtt-auth-jwt.toml: ${JSON.stringify(toml)} is refused`, () => {
    const { errors } = readToml(toml, (doc) => readJwtPlugin(doc, "/", () => "no key"));
    assert.equal(errors.length, 1, errors.join("\n"));
    assert.match(errors[0] ?? "", error);
  });
}

Deno.test("rmqtt-flapping.toml as it is documented is read", () => {
  const { value, errors } = readToml(
    `
enable = true
max_track = 100_000
gc_interval = "10s"
notify_sys_topic = true
sys_topic = "$SYS/brokers/{node}/flapping/banned"
sys_topic_qos = 0
message_expiry_interval = "5m"
notify_on_every_refusal = false
notify_on_unban = true
sys_topic_unban = "$SYS/brokers/{node}/flapping/unbanned"
allow_clientids = ["monitor-01"]
allow_usernames = []
allow_peerhosts = []
[by_clientid]
window_time = "1m"
max_count = 15
ban_time = "5m"
`,
    (doc) => readFlappingPlugin(doc, "/"),
  );
  assert.deepEqual(errors, []);
  assert.deepEqual(value, {
    policies: { clientid: { window: 60_000, count: 15, ban: 300_000 } },
    exempt: { clientid: ["monitor-01"], username: [], peerhost: [] },
    most: 100_000,
  });
});
