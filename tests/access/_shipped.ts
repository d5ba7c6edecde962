// The files of RMQTT's plugins that decide on clients, with the keys and values that it ships.

export const SHIPPED = {
  acl: `
disconnect_if_pub_rejected = true
rules = [
    ["allow", { user = "dashboard" }, "subscribe", ["$SYS/#"]],
    ["allow", { ipaddr = "127.0.0.1" }, "pubsub", ["$SYS/#", "#"]],
    ["deny", "all", "subscribe", ["$SYS/#", { eq = "#" }]],
    ["allow", "all"]
]
`,
  http: `
http_timeout = "5s"
http_headers.accept = "*/*"
http_headers.Cache-Control = "no-cache"
http_headers.User-Agent = "RMQTT/0.4.0"
http_headers.Connection = "keep-alive"
disconnect_if_pub_rejected = true
deny_if_error = true
http_auth_req.url = "http://127.0.0.1:9090/mqtt/auth"
http_auth_req.method = "post"
http_auth_req.headers = { content-type = "application/x-www-form-urlencoded" }
http_auth_req.params = { clientid = "%c", username = "%u", password = "%P" }
http_acl_req.url = "http://127.0.0.1:9090/mqtt/acl"
http_acl_req.method = "post"
http_acl_req.params = { access = "%A", username = "%u", clientid = "%c", ipaddr = "%a", topic = "%t" }
`,
  jwt: `
disconnect_if_pub_rejected = true
disconnect_if_expiry = false
from = "password"
encrypt = "hmac-based"
hmac_secret = "rmqttsecret"
hmac_base64 = false
validate_claims.exp = true
validate_claims.iss = ["https://rmqtt.com1", "https://rmqtt.com"]
validate_claims.clientid = "\${clientid}"
`,
};
