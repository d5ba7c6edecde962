// How the broker serves what comes by a listener.
import type { Broker } from "../broker/broker.ts";
import { ListenerState } from "../broker/listener_state.ts";
import type { ServedListener } from "../config/config.ts";
import type { Receiver } from "../listeners/listeners.ts";

/** The receiver of a listener, and what the broker knows of it. */
export interface ServedReceiver extends Receiver<ServedListener> {
  readonly state: ListenerState;
}

/** Hands the connections of one listener to the broker, with what that listener allows. */
export function receiverFor(broker: Broker, { kind, name, options }: ServedListener): ServedReceiver {
  const state = new ListenerState(name, options, broker.view.trafficOf(`${kind} ${name}`));
  return {
    state,
    accept: (transport) => broker.accept(transport, state),
    reconfigure: (config) => state.options = config.options,
  };
}
