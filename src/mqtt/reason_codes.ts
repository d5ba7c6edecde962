// Reason Codes of MQTT 5.0 (2.4) and what the older versions say in their place.

/** The codes the broker uses, under the standard's names. */
export const Reason = {
  Success: 0x00,
  GrantedQoS1: 0x01,
  GrantedQoS2: 0x02,
  DisconnectWithWill: 0x04,
  NoMatchingSubscribers: 0x10,
  NoSubscriptionExisted: 0x11,
  UnspecifiedError: 0x80,
  MalformedPacket: 0x81,
  ProtocolError: 0x82,
  ImplementationSpecificError: 0x83,
  UnsupportedProtocolVersion: 0x84,
  ClientIdentifierNotValid: 0x85,
  BadUserNameOrPassword: 0x86,
  NotAuthorized: 0x87,
  ServerUnavailable: 0x88,
  ServerBusy: 0x89,
  Banned: 0x8a,
  ServerShuttingDown: 0x8b,
  BadAuthenticationMethod: 0x8c,
  KeepAliveTimeout: 0x8d,
  SessionTakenOver: 0x8e,
  TopicFilterInvalid: 0x8f,
  TopicNameInvalid: 0x90,
  PacketIdentifierInUse: 0x91,
  PacketIdentifierNotFound: 0x92,
  ReceiveMaximumExceeded: 0x93,
  TopicAliasInvalid: 0x94,
  PacketTooLarge: 0x95,
  MessageRateTooHigh: 0x96,
  QuotaExceeded: 0x97,
  AdministrativeAction: 0x98,
  PayloadFormatInvalid: 0x99,
  RetainNotSupported: 0x9a,
  QoSNotSupported: 0x9b,
  MaximumConnectTime: 0xa0,
} as const;

export type ReasonCode = (typeof Reason)[keyof typeof Reason];

/**
 * The CONNACK return code of 3.1 and 3.1.1 (3.2.2.3) for a refusal, or `undefined`: close without an answer.
 */
export function connackReturnCode(code: ReasonCode): 1 | 2 | 3 | 4 | 5 | undefined {
  switch (code) {
    case Reason.UnsupportedProtocolVersion:
      return 1;
    case Reason.ClientIdentifierNotValid:
      return 2;
    case Reason.ServerUnavailable:
    case Reason.ServerBusy:
    case Reason.QuotaExceeded:
      return 3;
    case Reason.BadUserNameOrPassword:
      return 4;
    case Reason.NotAuthorized:
    case Reason.Banned:
    case Reason.BadAuthenticationMethod:
    case Reason.QoSNotSupported:
    case Reason.RetainNotSupported:
      return 5;
    default:
      return undefined;
  }
}
