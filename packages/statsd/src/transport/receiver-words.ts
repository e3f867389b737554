import type { Destination } from '../settings.ts';

/** What to say of a receiver. */
export interface ReceiverWords {
  /** Host and port, or the path of the socket. */
  readonly where: string;
  /** Why it does not take what is sent, and which option to look at. */
  explain(reason: string): string;
}

/** Words for the receiver of a destination. */
export function receiverWords({ transport, host, port, path, setBy }: Destination): ReceiverWords {
  const isPath = transport === 'unix' || transport === 'unix-datagram';
  return {
    where: isPath ? path : `${host}:${port}`,
    explain: (reason) => `${reason}. The address is set by ${setBy}`,
  };
}
