// A decision of the access rules that must be waited for: the client's further packets wait with it.
import { MqttError } from "../../mqtt/error.ts";
import type { Client } from "../client.ts";
import type { BrokerContext } from "../context.ts";
import { settled } from "../reauthorise.ts";

/** Goes on within a turn of its own when it is decided; not at all where the client is gone by then. */
export function whenDecided(
  context: BrokerContext,
  { connection, principal }: Client,
  decision: Promise<boolean>,
  goOn: (allowed: boolean) => void,
): void {
  connection.hold();
  void settled(context, principal, decision).then((allowed) => {
    context.turn.enter();
    try {
      if (connection.client !== undefined) goOn(allowed);
    } catch (error) {
      if (!(error instanceof MqttError)) throw error;
      connection.fail(error);
    } finally {
      connection.release();
    }
  });
}
