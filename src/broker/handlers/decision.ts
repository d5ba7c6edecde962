// A decision of the access rules that must be waited for: the client's further packets wait with it.
import { errorText } from "../../base/error_text.ts";
import { MqttError } from "../../mqtt/error.ts";
import type { Client } from "../client.ts";
import type { BrokerContext } from "../context.ts";

/**
 * Goes on within a turn of its own when it is decided; not at all where the client is gone by then.
 * @param denied what a decision that rejects comes to; the log has why
 */
export function whenDecided<T>(
  { turn, log }: BrokerContext,
  { connection }: Client,
  decision: Promise<T>,
  denied: T,
  goOn: (decided: T) => void,
): void {
  connection.hold();
  const decided = (answer: T): void => {
    turn.enter();
    try {
      if (connection.client !== undefined) goOn(answer);
    } catch (error) {
      if (!(error instanceof MqttError)) throw error;
      connection.fail(error);
    } finally {
      connection.release();
    }
  };
  void decision.catch((error) => {
    log("error", "what a client may do could not be decided", {
      peer: connection.peer,
      error: errorText(error),
    });
    return denied;
  }).then(decided);
}
