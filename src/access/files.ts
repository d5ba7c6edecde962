// All that the configuration needs of this room to read its files.
export { readAclRules, RmqttAcl } from "./rmqtt_acl.ts";
export { MosquittoAcl, parseMosquittoAcl } from "./mosquitto_acl.ts";
export { parsePasswordFile, type PasswordFile } from "./password_file.ts";
export { type AuthHttpOptions } from "./auth_http.ts";
export { type AuthJwtOptions, HMAC, PUBLIC_KEY } from "./auth_jwt.ts";
export { type Dimension, DIMENSIONS, type FlappingOptions, type FlappingPolicy } from "./flapping.ts";
export { type HttpRequest, mergeHeaders } from "./http_question.ts";
export { keySet, pemKey, remoteKeySet, secretKey } from "./jwt_keys.ts";
