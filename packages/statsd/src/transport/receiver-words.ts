import type { Destination } from '../destination.ts';

/** What to say of a receiver. */
export interface ReceiverWords {
  /** Host and port, or the path of the socket. */
  readonly where: string;
  /** Why it does not take what is sent, and which option to look at. */
  explain(reason: string): string;
}

/** Words for the receiver of a destination. */
export function receiverWords(destination: Destination): ReceiverWords {
  return {
    where: 'path' in destination ? destination.path : `${destination.host}:${destination.port}`,
    explain: (reason) => `${reason}. The address is set by ${destination.setBy}`,
  };
}
