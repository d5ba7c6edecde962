// Who an event is about. Its JSON is made by the first line that needs it, for all of the connection.
import { jsonText } from "../mqtt/json_text.ts";
import { joined } from "./joined.ts";

/** A client as the lines name it. */
export class ClientIdentity {
  #json: string | undefined = undefined;
  #fromJson: string | undefined = undefined;

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
  ) {}

  /** `"node":…,"ipaddress":…,"clientid":…,"username":…,` */
  get json(): string {
    return this.#json ??= this.#withPrefix("");
  }

  /** The same with `from_` before each key. */
  get fromJson(): string {
    return this.#fromJson ??= this.#withPrefix("from_");
  }

  #withPrefix(prefix: "" | "from_"): string {
    const ip = jsonText(this.ipaddress);
    const id = jsonText(this.clientId);
    const user = jsonText(this.username ?? "undefined");
    return joined(
      `"${prefix}node":${this.node},`,
      `"${prefix}ipaddress":${ip},`,
      `"${prefix}clientid":${id},`,
      `"${prefix}username":${user},`,
    );
  }
}
