import { faultOf, numberOf, objectOf, textOf } from './fields.ts';
import type { EventReader, Payload, Reading } from './reading.ts';
import { describeMillis, lines, withReason } from './words.ts';

/** Reads what channels say of themselves. A circuit that is open is a condition; that it has closed is its end. */
export const readChannel: EventReader = (event, payload) => {
  const channel = textOf(payload, 'channel') ?? textOf(payload, 'name');
  if (channel === undefined) return undefined;
  switch (event) {
    case 'channel.circuit.changed':
      return readCircuit(payload, channel);
    case 'channel.notification.dead':
      return readDead(payload, channel);
    case 'channel.delivery.failed': {
      const attempt = numberOf(payload, 'attempt') ?? numberOf(payload, 'attempts');
      const which = attempt === undefined ? '' : ` at attempt ${attempt}`;
      const wait = numberOf(payload, 'retryInMillis') ?? numberOf(payload, 'delayMillis');
      return {
        severity: 'warning',
        key: `channel/${channel}/delivery`,
        title: withReason(`Delivery to ${channel} failed${which}`, faultOf(payload)),
        text: wait === undefined ? '' : `It is tried again in ${describeMillis(wait)}.`,
      };
    }
    default:
      return undefined;
  }
};

function readCircuit(payload: Payload, channel: string): Reading | undefined {
  const to = textOf(payload, 'to') ?? textOf(payload, 'circuit');
  const key = `channel/${channel}`;
  if (to === 'closed') {
    return {
      severity: 'warning',
      phase: 'resolved',
      key,
      title: `The channel ${channel} delivers again`,
      tellsDuration: true,
    };
  }
  if (to === 'open') {
    const title = withReason(
      `The channel ${channel} cannot deliver, and is left alone for a while`,
      faultOf(payload),
    );
    return { severity: 'warning', phase: 'triggered', key, title };
  }
  return to === undefined
    ? undefined
    : { severity: 'info', key, title: `The circuit of the channel ${channel} is ${to}` };
}

/** Why a notification is given up, in words (`DeadLetter.reason`). */
const REASONS: Readonly<Record<string, string>> = {
  rejected: 'the receiver refused it',
  deadline: 'its deadline was over',
  attempts: 'all attempts failed',
  overflow: 'too many were waiting',
  uncertain: 'whether it had arrived could not be told',
  closed: 'the process ended first',
};

function readDead(payload: Payload, channel: string): Reading {
  const word = textOf(payload, 'reason');
  const reason = word !== undefined && Object.hasOwn(REASONS, word) ? REASONS[word] : word;
  const lost = objectOf(payload, 'notification');
  return {
    severity: 'error',
    key: `channel/${channel}/dead`,
    title: withReason(`A notification to ${channel} was given up`, reason),
    text: lines(
      textOf(lost, 'title'),
      textOf(payload, 'error') === undefined ? undefined : `Last failure: ${textOf(payload, 'error')}`,
    ),
  };
}
