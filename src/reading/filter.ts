// Which events of a file are wanted.
import { topicMatches } from "../mqtt/topics.ts";

/** What a filter asks of an event: the text of a key, `undefined` where it has none. */
export interface Texts {
  text(key: string): string | undefined;
}

/** Every part that is given must hold. */
export interface Filter {
  /** Any of these is the `action`; empty: all. */
  readonly actions: readonly string[];
  /** A well-formed Topic Filter that the `topic` matches. */
  readonly topic: string | undefined;
  /** The Client Identifier the event is about, or the one that published the message. */
  readonly client: string | undefined;
}

/** Whether nothing is filtered out. */
export function selectsAll(filter: Filter): boolean {
  return filter.actions.length === 0 && filter.topic === undefined && filter.client === undefined;
}

export function selects(filter: Filter, event: Texts): boolean {
  return matchesAction(filter.actions, event) && matchesTopic(filter.topic, event) &&
    matchesClient(filter.client, event);
}

function matchesAction(actions: readonly string[], event: Texts): boolean {
  const action = event.text("action");
  return actions.length === 0 || (action !== undefined && actions.includes(action));
}

function matchesTopic(filter: string | undefined, event: Texts): boolean {
  if (filter === undefined) return true;
  const topic = event.text("topic");
  return topic !== undefined && topicMatches(filter, topic);
}

function matchesClient(client: string | undefined, event: Texts): boolean {
  return client === undefined || event.text("clientid") === client || event.text("from_clientid") === client;
}
