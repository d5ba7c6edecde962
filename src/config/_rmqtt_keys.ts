// Keys that RMQTT's own files have and Hookline has no use for: noted in one warning, never an error.

export const UNUSED_AT_TOP = ["task", "rpc", "grpc"] as const;

export const UNUSED_IN_MQTT = ["delayed_publish_max", "delayed_publish_immediate"] as const;

export const UNUSED_IN_NODE = ["busy", "cookie", "crash_dump_limit"] as const;

export const UNUSED_IN_PLUGINS = ["default_startups"] as const;

export const UNUSED_IN_LISTENER = [
  "backlog",
  "cert",
  "cert_cn_as_username",
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
