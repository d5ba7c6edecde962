// Keys that RMQTT's own files have and Hookline has no use for: noted in one warning, never an error.

export const UNUSED_AT_TOP = ["task", "rpc", "grpc", "mqtt", "cluster", "http", "overload"] as const;

export const UNUSED_IN_NODE = ["busy", "cookie", "crash_dump_limit", "data_dir", "name"] as const;

export const UNUSED_IN_PLUGINS = ["default_startups"] as const;

export const UNUSED_IN_LISTENER = [
  "auto_subscription",
  "backlog",
  "cert",
  "cert_cn_as_username",
  "client_ca_certs",
  "cross_certificate",
  "delayed_publish",
  "idle_timeout",
  "key",
  "limit_subscription",
  "mqueue_rate_limit",
  "proxy_protocol",
  "proxy_protocol_timeout",
  "reuseaddr",
  "reuseport",
  "shared_subscription",
  "workers",
] as const;

export const UNUSED_IN_HOOKS = ["worker_threads"] as const;
