// The Properties of MQTT 5.0 (2.2.2): which exist, how each is encoded, and which packets may carry it.
import { malformed, protocolError } from "./error.ts";
import type { Reader } from "./reader.ts";

export type UserProperties = readonly (readonly [name: string, value: string])[];

/** Property Identifiers of the properties a client can send. */
export const Property = {
  PayloadFormatIndicator: 0x01,
  MessageExpiryInterval: 0x02,
  ContentType: 0x03,
  ResponseTopic: 0x08,
  CorrelationData: 0x09,
  SubscriptionIdentifier: 0x0b,
  SessionExpiryInterval: 0x11,
  AuthenticationMethod: 0x15,
  AuthenticationData: 0x16,
  RequestProblemInformation: 0x17,
  WillDelayInterval: 0x18,
  RequestResponseInformation: 0x19,
  ServerReference: 0x1c,
  ReasonString: 0x1f,
  ReceiveMaximum: 0x21,
  TopicAliasMaximum: 0x22,
  TopicAlias: 0x23,
  UserProperty: 0x26,
  MaximumPacketSize: 0x27,
} as const;

type Kind = "byte" | "uint16" | "uint32" | "varint" | "string" | "binary" | "pair";

const KINDS = new Map<number, Kind>([
  [Property.PayloadFormatIndicator, "byte"],
  [Property.MessageExpiryInterval, "uint32"],
  [Property.ContentType, "string"],
  [Property.ResponseTopic, "string"],
  [Property.CorrelationData, "binary"],
  [Property.SubscriptionIdentifier, "varint"],
  [Property.SessionExpiryInterval, "uint32"],
  [Property.AuthenticationMethod, "string"],
  [Property.AuthenticationData, "binary"],
  [Property.RequestProblemInformation, "byte"],
  [Property.WillDelayInterval, "uint32"],
  [Property.RequestResponseInformation, "byte"],
  [Property.ServerReference, "string"],
  [Property.ReasonString, "string"],
  [Property.ReceiveMaximum, "uint16"],
  [Property.TopicAliasMaximum, "uint16"],
  [Property.TopicAlias, "uint16"],
  [Property.UserProperty, "pair"],
  [Property.MaximumPacketSize, "uint32"],
]);

/** The properties a packet from a client may carry. */
export const ALLOWED = {
  CONNECT: new Set<number>([
    Property.SessionExpiryInterval,
    Property.AuthenticationMethod,
    Property.AuthenticationData,
    Property.RequestProblemInformation,
    Property.RequestResponseInformation,
    Property.ReceiveMaximum,
    Property.TopicAliasMaximum,
    Property.UserProperty,
    Property.MaximumPacketSize,
  ]),
  WILL: new Set<number>([
    Property.PayloadFormatIndicator,
    Property.MessageExpiryInterval,
    Property.ContentType,
    Property.ResponseTopic,
    Property.CorrelationData,
    Property.WillDelayInterval,
    Property.UserProperty,
  ]),
  PUBLISH: new Set<number>([
    Property.PayloadFormatIndicator,
    Property.MessageExpiryInterval,
    Property.ContentType,
    Property.ResponseTopic,
    Property.CorrelationData,
    Property.TopicAlias,
    Property.UserProperty,
    Property.SubscriptionIdentifier,
  ]),
  ACKNOWLEDGEMENT: new Set<number>([Property.ReasonString, Property.UserProperty]),
  SUBSCRIBE: new Set<number>([Property.SubscriptionIdentifier, Property.UserProperty]),
  UNSUBSCRIBE: new Set<number>([Property.UserProperty]),
  DISCONNECT: new Set<number>([
    Property.SessionExpiryInterval,
    Property.ServerReference,
    Property.ReasonString,
    Property.UserProperty,
  ]),
  AUTH: new Set<number>([
    Property.AuthenticationMethod,
    Property.AuthenticationData,
    Property.ReasonString,
    Property.UserProperty,
  ]),
} as const;

/** Decoded properties of one packet. */
export class Properties {
  readonly numbers = new Map<number, number>();
  readonly strings = new Map<number, string>();
  readonly binaries = new Map<number, Uint8Array>();
  readonly userProperties: [string, string][] = [];
}

export const NO_USER_PROPERTIES: UserProperties = [];

/** Called for each property after it was read: its identifier and where it lies, identifier included. */
type EachProperty = (id: number, start: number, end: number) => void;

/**
 * Reads the Property Length and the properties behind it.
 * Refuses unknown, misplaced and repeated ones, and values the standard calls a Protocol Error.
 */
export function readProperties(
  reader: Reader,
  allowed: ReadonlySet<number>,
  each?: EachProperty,
): Properties {
  const properties = new Properties();
  const section = reader.section(reader.variableByteInteger());
  while (!section.atEnd) {
    const start = section.position;
    const id = section.variableByteInteger();
    const kind = KINDS.get(id);
    if (kind === undefined || !allowed.has(id)) {
      throw malformed(`property 0x${id.toString(16).padStart(2, "0")} is not allowed in this packet`);
    }
    if (kind === "pair") properties.userProperties.push([section.string(), section.string()]);
    else readOnce(section, id, kind, properties);
    each?.(id, start, section.position);
  }
  return properties;
}

function readOnce(section: Reader, id: number, kind: Exclude<Kind, "pair">, into: Properties): void {
  if (into.numbers.has(id) || into.strings.has(id) || into.binaries.has(id)) {
    throw protocolError(`property 0x${id.toString(16).padStart(2, "0")} appears twice`);
  }
  switch (kind) {
    case "byte":
      into.numbers.set(id, checkedNumber(id, section.byte()));
      break;
    case "uint16":
      into.numbers.set(id, checkedNumber(id, section.uint16()));
      break;
    case "uint32":
      into.numbers.set(id, checkedNumber(id, section.uint32()));
      break;
    case "varint":
      into.numbers.set(id, checkedNumber(id, section.variableByteInteger()));
      break;
    case "string":
      into.strings.set(id, section.string());
      break;
    case "binary":
      into.binaries.set(id, section.binary());
      break;
  }
}

/** Values that the running text of the standard calls a Protocol Error. */
function checkedNumber(id: number, value: number): number {
  switch (id) {
    case Property.PayloadFormatIndicator:
    case Property.RequestProblemInformation:
    case Property.RequestResponseInformation:
      if (value > 1) throw protocolError("a property that is 0 or 1 has another value");
      break;
    case Property.ReceiveMaximum:
      if (value === 0) throw protocolError("Receive Maximum is 0");
      break;
    case Property.MaximumPacketSize:
      if (value === 0) throw protocolError("Maximum Packet Size is 0");
      break;
    case Property.SubscriptionIdentifier:
      if (value === 0) throw protocolError("Subscription Identifier is 0");
      break;
  }
  return value;
}
