// Clients, subscriptions and routes, as RMQTT's API shows them.
import type { ClientSnapshot, SubscriptionSnapshot } from "../broker/view.ts";
import { topicMatches } from "../mqtt/topics.ts";
import { payloadHidden } from "../hooks/lines.ts";
import { hostOf } from "../base/peer_address.ts";
import { json, list, page, Refused, text } from "./_answers.ts";
import type { ClientInfo, RouteInfo, SubscriptionInfo } from "./api_types.ts";
import type { Call, EndpointEntry } from "./_call.ts";
import type { Query } from "./_query.ts";
import { localTime } from "./_times.ts";

/** What the standard writes for a Session Expiry Interval without an end. */
const FOR_EVER = 0xffffffff;

export const CLIENT_ENDPOINTS: readonly EndpointEntry[] = [
  {
    method: "GET",
    path: "/clients",
    name: "search_clients",
    descr: "Clients that are here, and sessions of those that are away",
    answer: clients,
  },
  {
    method: "GET",
    path: "/clients/{clientid}",
    name: "get_client",
    descr: "One client",
    answer: (call) => json(clientInfo(call, found(call))),
  },
  {
    method: "DELETE",
    path: "/clients/{clientid}",
    name: "kick_client",
    descr: "Ends a client and its session",
    answer: kick,
  },
  {
    method: "GET",
    path: "/clients/{clientid}/online",
    name: "check_online",
    descr: "Whether a client is here",
    answer: ({ path, sources }) => json(sources.broker.client(path["clientid"] ?? "")?.connected ?? false),
  },
  {
    method: "GET",
    path: "/subscriptions",
    name: "query_subscriptions",
    descr: "Subscriptions of all clients",
    answer: (call) => subscriptions(call, call.query.text("clientid")),
  },
  {
    method: "GET",
    path: "/subscriptions/{clientid}",
    name: "get_client_subscriptions",
    descr: "Subscriptions of one client",
    answer: (call) => subscriptions(call, call.path["clientid"] ?? ""),
  },
  {
    method: "GET",
    path: "/routes",
    name: "get_routes",
    descr: "Topic Filters that somebody subscribed to",
    answer: (call) => routes(call, undefined),
  },
  {
    method: "GET",
    path: "/routes/{topic}",
    name: "get_route",
    descr: "Those of them that match a topic",
    answer: (call) => routes(call, call.path["topic"] ?? ""),
  },
];

async function clients(call: Call): Promise<Response> {
  const { query, options, sources } = call;
  const wanted = {
    keep: clientFilter(query),
    compare: clientOrder(query),
    ...query.page(options.maxRowLimit),
  };
  const { rows, total } = await page(sources.broker.clients(), wanted);
  return list(rows, (row) => clientInfo(call, row), total);
}

function found({ path, sources }: Call): ClientSnapshot {
  const client = sources.broker.client(path["clientid"] ?? "");
  if (client === undefined) throw new Refused(404, "there is no such client.");
  return client;
}

function kick(call: Call): Response {
  const { clientId, username, address, visit } = found(call);
  const { sources: { broker, log }, peer } = call;
  broker.kick(clientId);
  log("info", "a client was ended through the HTTP API", { clientid: clientId, by: peer });
  return text(
    `${broker.snapshot().nodeId}@${visit?.listener ?? ""}/${address}/${clientId}/${username ?? "undefined"}`,
  );
}

type Test = (client: ClientSnapshot) => boolean;

/** A test for each parameter that is there. */
function clientFilter(query: Query): Test {
  const tests: Test[] = [];
  const add = <T>(value: T | undefined, test: (client: ClientSnapshot, value: T) => boolean): void => {
    if (value !== undefined) tests.push((client) => test(client, value));
  };
  add(query.text("clientid"), (client, value) => client.clientId === value);
  add(query.text("username"), (client, value) => nameOf(client) === value);
  add(query.text("ip_address"), (client, value) => hostOf(client.address).startsWith(value));
  add(query.text("_like_clientid"), (client, value) => client.clientId.includes(value));
  add(query.text("_like_username"), (client, value) => nameOf(client).includes(value));
  add(query.flag("connected"), (client, value) => client.connected === value);
  add(query.flag("clean_start"), (client, value) => client.visit?.clean === value);
  add(query.flag("session_present"), (client, value) => client.visit?.sessionPresent === value);
  add(query.count("proto_ver"), (client, value) => client.visit?.protocolVersion === value);
  const numbers: readonly [name: string, of: (client: ClientSnapshot) => number][] = [
    ["created_at", (client) => Math.floor(client.createdAt / 1000)],
    ["connected_at", (client) => Math.floor((client.visit?.connectedAt ?? 0) / 1000)],
    ["mqueue_len", (client) => client.queued],
  ];
  for (const [name, of] of numbers) {
    add(query.count(`_gte_${name}`), (client, value) => of(client) >= value);
    add(query.count(`_lte_${name}`), (client, value) => of(client) <= value);
  }
  return (client) => tests.every((test) => test(client));
}

/** What `_sort` may ask for. */
const ORDERS = {
  clientid: (client: ClientSnapshot) => client.clientId,
  ip_address: (client: ClientSnapshot) => client.address,
  mqueue_len: (client: ClientSnapshot) => client.queued,
  inflight: (client: ClientSnapshot) => client.inflight,
  received: (client: ClientSnapshot) => client.visit?.received ?? 0,
  sent: (client: ClientSnapshot) => client.sent,
  connected_at: (client: ClientSnapshot) => client.visit?.connectedAt ?? 0,
} as const;

function clientOrder(query: Query): ((a: ClientSnapshot, b: ClientSnapshot) => number) | undefined {
  const by = query.choice("_sort", Object.keys(ORDERS) as (keyof typeof ORDERS)[]);
  const sign = query.choice("_order", ["asc", "desc"]) === "desc" ? -1 : 1;
  if (by === undefined) return undefined;
  const of = ORDERS[by];
  return (a, b) => {
    const [left, right] = [of(a), of(b)];
    return left < right ? -sign : left > right ? sign : 0;
  };
}

function nameOf({ username }: ClientSnapshot): string {
  return username ?? "undefined";
}

function clientInfo({ sources }: Call, client: ClientSnapshot): ClientInfo {
  const { visit, will, address } = client;
  const expiry = client.expiryInterval === Infinity ? FOR_EVER : Math.floor(client.expiryInterval / 1000);
  return {
    node_id: sources.broker.nodeId,
    clientid: client.clientId,
    username: nameOf(client),
    proto_ver: visit?.protocolVersion ?? 0,
    ip_address: hostOf(address),
    port: Number(/:(\d+)$/.exec(address)?.[1] ?? 0),
    connected: client.connected,
    connected_at: localTime(visit?.connectedAt),
    disconnected_at: localTime(visit?.end?.at),
    disconnected_reason: visit?.end?.reason ?? "",
    keepalive: visit?.keepAlive ?? 0,
    clean_start: visit?.clean ?? false,
    session_present: visit?.sessionPresent ?? false,
    expiry_interval: expiry,
    created_at: localTime(client.createdAt),
    subscriptions_cnt: client.subscriptions,
    max_subscriptions: visit?.limits.maxSubscriptions ?? 0,
    inflight: client.inflight,
    max_inflight: visit?.limits.maxInflight ?? 0,
    mqueue_len: client.queued,
    max_mqueue: visit?.limits.maxQueuedMessages ?? 0,
    extra_attrs: 0,
    last_will: will === undefined ? null : {
      message: payloadHidden(sources.hooks.lineOptions)(will.topic) ? "" : will.payload.toBase64(),
      qos: will.qos,
      retain: will.retain,
      topic: will.topic,
    },
    listener: visit?.listener ?? "",
    mqueue_bytes: client.queuedBytes,
    received: visit?.received ?? 0,
    sent: client.sent,
  };
}

async function subscriptions(call: Call, clientId: string | undefined): Promise<Response> {
  const { query, options, sources } = call;
  const topic = query.text("topic");
  const qos = query.count("qos");
  const share = query.text("share");
  const matched = query.text("_match_topic");
  const keep = (it: SubscriptionSnapshot): boolean =>
    (topic === undefined || it.filter === topic) && (qos === undefined || it.qos === qos) &&
    (share === undefined || it.group === share) &&
    (matched === undefined || topicMatches(it.filter, matched));
  const { rows, total } = await page(sources.broker.subscriptions(clientId), {
    keep,
    ...query.page(options.maxRowLimit),
  });
  const shown = (it: SubscriptionSnapshot): SubscriptionInfo => ({
    node_id: sources.broker.nodeId,
    clientid: it.clientId,
    client_addr: it.address,
    topic: it.filter,
    qos: it.qos,
    share: it.group ?? null,
    opts: { ...it.opts },
  });
  return list(rows, shown, total);
}

async function routes({ query, options, sources }: Call, topic: string | undefined): Promise<Response> {
  const seen = new Set<string>();
  const keep = ({ filter }: SubscriptionSnapshot): boolean => {
    if (seen.has(filter) || (topic !== undefined && !topicMatches(filter, topic))) return false;
    seen.add(filter);
    return true;
  };
  const { rows, total } = await page(sources.broker.subscriptions(), {
    keep,
    ...query.page(options.maxRowLimit),
  });
  const shown = ({ filter }: SubscriptionSnapshot): RouteInfo => ({
    node_id: sources.broker.nodeId,
    topic: filter,
  });
  return list(rows, shown, total);
}
