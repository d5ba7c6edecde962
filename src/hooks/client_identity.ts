// Who an event is about. Its JSON is made once per connection and shared by all its lines.
import { jsonText } from "../mqtt/json_text.ts";

/** A client as the lines name it. */
export class ClientIdentity {
  /** `"node":…,"ipaddress":…,"clientid":…,"username":…,` */
  readonly json: string;
  /** The same with `from_` before each key. */
  readonly fromJson: string;

  /**
   * @param node `node.id` of the configuration
   * @param ipaddress address and port, `10.0.0.7:49152` or `[fe80::1]:49152`
   * @param clientId the Client Identifier, the assigned one where the client sent none
   * @param username `"undefined"` in the lines where the client sent none
   */
  constructor(
    readonly node: number,
    readonly ipaddress: string,
    readonly clientId: string,
    readonly username: string | undefined,
  ) {
    const ip = jsonText(ipaddress);
    const id = jsonText(clientId);
    const user = jsonText(username ?? "undefined");
    this.json = `"node":${node},"ipaddress":${ip},"clientid":${id},"username":${user},`;
    this.fromJson =
      `"from_node":${node},"from_ipaddress":${ip},"from_clientid":${id},"from_username":${user},`;
  }
}
