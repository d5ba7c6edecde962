// What became of the messages that were played, all connections together.

export class Tally {
  /** Handed to the network, whatever their QoS. */
  sent = 0;
  /** Of those, with QoS 1 or 2. */
  wanted = 0;
  /** Of those, acknowledged: PUBACK or PUBCOMP. */
  acknowledged = 0;
  /** Refused by the broker's answer, or not sent because it takes none such: how many for which reason. */
  readonly refused = new Map<string, number>();
  /** Sent with less than they had, because the broker has no more: how many for which reason. */
  readonly lowered = new Map<string, number>();

  refuse(reason: string): void {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
  }

  lower(reason: string): void {
    this.lowered.set(reason, (this.lowered.get(reason) ?? 0) + 1);
  }

  /** Whether every message went, and every one that asks for it was acknowledged. */
  get isComplete(): boolean {
    return this.refused.size === 0 && this.acknowledged === this.wanted;
  }
}
