// The Properties of MQTT 5.0 (2.2.2): which exist, how each is encoded, and which packets may carry it.
import { malformed, protocolError } from "./error.ts";
import type { Reader } from "./reader.ts";

export type UserProperties = readonly (readonly [name: string, value: string])[];

/** The packets of clients that carry properties; `ACKNOWLEDGEMENT` is PUBACK, PUBREC, PUBREL and PUBCOMP. */
type Packet =
  | "CONNECT"
  | "WILL"
  | "PUBLISH"
  | "ACKNOWLEDGEMENT"
  | "SUBSCRIBE"
  | "UNSUBSCRIBE"
  | "DISCONNECT"
  | "AUTH";

type NumberKind = "byte" | "uint16" | "uint32" | "varint";

interface Row {
  /** Property Identifier. */
  readonly id: number;
  readonly kind: NumberKind | "string" | "binary" | "pair";
  /** The packets from clients that may carry it. */
  readonly of: readonly Packet[];
  /** Other values are what the running text of the standard calls a Protocol Error. */
  readonly least?: number;
  readonly most?: number;
}

/** The properties a client can send. */
const PROPERTIES = {
  PayloadFormatIndicator: { id: 0x01, kind: "byte", of: ["WILL", "PUBLISH"], most: 1 },
  MessageExpiryInterval: { id: 0x02, kind: "uint32", of: ["WILL", "PUBLISH"] },
  ContentType: { id: 0x03, kind: "string", of: ["WILL", "PUBLISH"] },
  ResponseTopic: { id: 0x08, kind: "string", of: ["WILL", "PUBLISH"] },
  CorrelationData: { id: 0x09, kind: "binary", of: ["WILL", "PUBLISH"] },
  SubscriptionIdentifier: { id: 0x0b, kind: "varint", of: ["PUBLISH", "SUBSCRIBE"], least: 1 },
  SessionExpiryInterval: { id: 0x11, kind: "uint32", of: ["CONNECT", "DISCONNECT"] },
  AuthenticationMethod: { id: 0x15, kind: "string", of: ["CONNECT", "AUTH"] },
  AuthenticationData: { id: 0x16, kind: "binary", of: ["CONNECT", "AUTH"] },
  RequestProblemInformation: { id: 0x17, kind: "byte", of: ["CONNECT"], most: 1 },
  WillDelayInterval: { id: 0x18, kind: "uint32", of: ["WILL"] },
  RequestResponseInformation: { id: 0x19, kind: "byte", of: ["CONNECT"], most: 1 },
  ServerReference: { id: 0x1c, kind: "string", of: ["DISCONNECT"] },
  ReasonString: { id: 0x1f, kind: "string", of: ["ACKNOWLEDGEMENT", "DISCONNECT", "AUTH"] },
  ReceiveMaximum: { id: 0x21, kind: "uint16", of: ["CONNECT"], least: 1 },
  TopicAliasMaximum: { id: 0x22, kind: "uint16", of: ["CONNECT"] },
  TopicAlias: { id: 0x23, kind: "uint16", of: ["PUBLISH"] },
  UserProperty: {
    id: 0x26,
    kind: "pair",
    of: ["CONNECT", "WILL", "PUBLISH", "ACKNOWLEDGEMENT", "SUBSCRIBE", "UNSUBSCRIBE", "DISCONNECT", "AUTH"],
  },
  MaximumPacketSize: { id: 0x27, kind: "uint32", of: ["CONNECT"], least: 1 },
} as const satisfies Readonly<Record<string, Row>>;

export type PropertyName = keyof typeof PROPERTIES;

const BY_ID = new Map(
  Object.entries(PROPERTIES).map(([name, row]: [string, Row]) => [row.id, {
    name: name as PropertyName,
    kind: row.kind,
    of: row.of,
    least: row.least ?? 0,
    most: row.most ?? Infinity,
  }]),
);

/** Decoded properties of one packet. */
export class Properties {
  readonly numbers = new Map<PropertyName, number>();
  readonly strings = new Map<PropertyName, string>();
  readonly binaries = new Map<PropertyName, Uint8Array>();
  readonly userProperties: [string, string][] = [];
}

export const NO_USER_PROPERTIES: UserProperties = [];

/** Called for each property after it was read: its name, and where it lies, identifier included. */
type EachProperty = (name: PropertyName, start: number, end: number) => void;

/**
 * Reads the Property Length and the properties behind it.
 * Refuses unknown, misplaced and repeated ones, and values the standard calls a Protocol Error.
 */
export function readProperties(reader: Reader, packet: Packet, each?: EachProperty): Properties {
  const properties = new Properties();
  const section = reader.section(reader.variableByteInteger());
  while (!section.atEnd) {
    const start = section.position;
    const id = section.variableByteInteger();
    const property = BY_ID.get(id);
    if (property === undefined || !property.of.includes(packet)) {
      throw malformed(`property 0x${id.toString(16).padStart(2, "0")} is not allowed in this packet`);
    }
    const { name, kind, least, most } = property;
    if (kind === "pair") properties.userProperties.push([section.string(), section.string()]);
    else readOnce(section, name, kind, properties);
    const value = properties.numbers.get(name) ?? least;
    if (value < least || value > most) throw protocolError(`${words(name)} is ${value}`);
    each?.(name, start, section.position);
  }
  return properties;
}

function readOnce(
  section: Reader,
  name: PropertyName,
  kind: Exclude<Row["kind"], "pair">,
  { numbers, strings, binaries }: Properties,
): void {
  if (numbers.has(name) || strings.has(name) || binaries.has(name)) {
    throw protocolError(`${words(name)} appears twice`);
  }
  if (kind === "string") strings.set(name, section.string());
  else if (kind === "binary") binaries.set(name, section.binary());
  else numbers.set(name, READ[kind](section));
}

const READ: { readonly [K in NumberKind]: (section: Reader) => number } = {
  byte: (section) => section.byte(),
  uint16: (section) => section.uint16(),
  uint32: (section) => section.uint32(),
  varint: (section) => section.variableByteInteger(),
};

/** As the standard writes it: `Receive Maximum`. */
function words(name: PropertyName): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ");
}
