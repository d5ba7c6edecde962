// The broker itself, as RMQTT's API shows it: brokers, nodes, health, stats and metrics; and Hookline's
// overview.
import { statfsSync } from "node:fs";
import { json, Refused } from "./_answers.ts";
import type { BrokerInfo, MetricsInfo, NodeCommon, NodeInfo, StatsInfo, StatsSum } from "./api_types.ts";
import type { Call, EndpointEntry } from "./_call.ts";
import { health, nodeName, overview } from "./overview.ts";
import { allStatsOf, metricsOf } from "./_stats.ts";
import { localTime, spanText } from "./_times.ts";

export const NODE_ENDPOINTS: readonly EndpointEntry[] = [
  ...ofNode("/brokers", "get_brokers", "Basic information", brokerInfo),
  ...ofNode("/nodes", "get_nodes", "Memory, load and disk", nodeInfo),
  {
    method: "GET",
    path: "/health/check",
    name: "check_health",
    descr: "Whether all is well, or what is not",
    answer: ({ sources }) => json(health(sources)),
  },
  {
    method: "GET",
    path: "/overview",
    name: "get_overview",
    descr: "Everything but lists, at this moment",
    answer: ({ sources, started, streams }) => json(overview(sources, started, streams.size)),
  },
  {
    method: "GET",
    path: "/stats/sum",
    name: "get_stats_sum",
    descr: "What there is now, of all nodes",
    answer: async (call) => {
      const { node: { id, name, status }, stats } = await statsInfo(call);
      return json({ nodes: { [id]: { name, status } }, stats } satisfies StatsSum);
    },
  },
  ...ofNode("/stats", "get_stats", "What there is now", statsInfo),
  {
    method: "GET",
    path: "/metrics/sum",
    name: "get_metrics_sum",
    descr: "What happened since the start, of all nodes",
    answer: (call) => json(metricsInfo(call).metrics),
  },
  ...ofNode("/metrics", "get_metrics", "What happened since the start", metricsInfo),
];

/** RMQTT's pair of paths: of all nodes as an array, and of the one that is named. */
function ofNode(
  path: string,
  name: string,
  descr: string,
  of: (call: Call) => object | Promise<object>,
): readonly EndpointEntry[] {
  return [
    {
      method: "GET",
      path,
      name,
      descr: `${descr}, of all nodes`,
      answer: async (call) => json([await of(call)]),
    },
    {
      method: "GET",
      path: `${path}/{node}`,
      name: name.replace(/s$/, ""),
      descr: `${descr}, of one node`,
      answer: async (call) => {
        const { nodeId } = call.sources.broker;
        if (call.path["node"] !== String(nodeId)) throw new Refused(404, `there is only node ${nodeId}.`);
        return json(await of(call));
      },
    },
  ];
}

function common({ sources, started }: Call): NodeCommon {
  return {
    node_id: sources.broker.nodeId,
    node_name: nodeName(sources.broker.nodeId),
    running: true,
    node_status: "Running",
    uptime: spanText(sources.clock.now() - started),
    version: `hookline/${sources.version}`,
    runtime: `deno ${Deno.version.deno}`,
  };
}

function brokerInfo(call: Call): BrokerInfo {
  return { datetime: localTime(call.sources.clock.now()), sysdescr: "Hookline", ...common(call) };
}

function nodeInfo(call: Call): NodeInfo {
  const { sources } = call;
  const [load1 = 0, load5 = 0, load15 = 0] = Deno.loadavg();
  const { available, total } = Deno.systemMemoryInfo();
  return {
    boottime: localTime(sources.clock.now() - Deno.osUptime() * 1000),
    connections: sources.broker.snapshot().clients,
    ...diskOf("."),
    load1,
    load5,
    load15,
    memory_free: available,
    memory_total: total,
    memory_used: total - available,
    ...common(call),
  };
}

function diskOf(path: string): Pick<NodeInfo, "disk_free" | "disk_total"> {
  try {
    const { bsize, bavail, blocks } = statfsSync(path);
    return { disk_free: bavail * bsize, disk_total: blocks * bsize };
  } catch {
    // Not every system and file system says; the rest is worth showing.
    return { disk_free: 0, disk_total: 0 };
  }
}

async function statsInfo({ sources }: Call): Promise<StatsInfo> {
  const id = sources.broker.nodeId;
  return { node: { id, name: nodeName(id), status: "Running" }, stats: await allStatsOf(sources) };
}

function metricsInfo({ sources }: Call): MetricsInfo {
  const id = sources.broker.nodeId;
  return { node: { id, name: nodeName(id) }, metrics: metricsOf(sources) };
}
