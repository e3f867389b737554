import type { NotificationSource, Severity } from '../notification.ts';
import { numberOf, textOf, textsOf } from './fields.ts';
import type { EventReader, Payload, Reading } from './reading.ts';
import { describeMillis, lines, list, withReason } from './words.ts';

/** Reads what health says. A component that is not well is a condition; that it is well again, or checked no more, is its end. */
export const readHealth: EventReader = (event, payload, source) => {
  switch (event) {
    case 'health.status.changed':
    case 'health.component.degraded':
      return readStatus(payload, source);
    case 'health.check.completed':
      return readRun(payload);
    case 'health.recovery.attempted':
      return readRecovery(payload);
    default:
      return undefined;
  }
};

function readStatus(payload: Payload, source: NotificationSource): Reading | undefined {
  const to = textOf(payload, 'to');
  if (to === undefined) return undefined;
  const check = textOf(payload, 'check');
  const from = textOf(payload, 'from');
  const reason = textOf(payload, 'reason');
  const rootCauses = textsOf(payload, 'rootCauses');
  const key = check === undefined ? 'health' : `health/${check}`;
  const who = check ?? source.service ?? 'The system';
  if (payload.removed === true) {
    const title = `${who} is no longer checked`;
    return {
      severity: ofComponent(from, true),
      phase: 'resolved',
      key,
      title,
      text: from === undefined ? '' : `It was ${from}.`,
      unlessOpen: { severity: 'info', phase: 'occurred', title },
    };
  }
  if (to === 'healthy') {
    const isReturn = from === 'unhealthy' || from === 'degraded';
    return {
      severity: check === undefined ? ofSystem(from, []) : ofComponent(from, true),
      phase: 'resolved',
      key,
      title: `${who} is healthy again`,
      text: isReturn ? `It was ${from}.` : '',
      tellsDuration: true,
      isWell: true,
      // At start nothing has ended, save what an earlier process has told of.
      ...(isReturn
        ? {}
        : { unlessOpen: { severity: 'info', phase: 'occurred', title: `${who} is healthy` } }),
    };
  }
  if (to !== 'unhealthy' && to !== 'degraded') {
    return {
      severity: 'info',
      key,
      title: `${who} is ${to}`,
      text: from === undefined ? '' : `It was ${from}.`,
    };
  }
  const isOwn = check === undefined || rootCauses.length === 0 || rootCauses.includes(check);
  const isBetter = from === 'unhealthy';
  const state = isBetter ? `${to}, no longer unhealthy` : to;
  return {
    severity: check === undefined ? ofSystem(to, rootCauses) : ofComponent(to, isOwn),
    phase: 'triggered',
    key,
    // The system's reason is the rest of a sentence: "because of database".
    title:
      check === undefined
        ? `${who} is ${state}${reason === undefined ? '' : ` ${reason}`}`
        : withReason(`${who} is ${state}`, reason),
    text: lines(
      from === undefined || from === 'unknown' || isBetter ? undefined : `It was ${from}.`,
      check === undefined || isOwn ? undefined : `Look at ${list(rootCauses)} first.`,
    ),
  };
}

/** What only suffers from another component is not worth a second call in the night: the other has been told of. */
function ofComponent(status: string | undefined, isOwn: boolean): Severity {
  if (status === 'unhealthy') return 'error';
  return status === 'degraded' && isOwn ? 'warning' : 'info';
}

/** Of what its components have said, the system need not tell anybody again: one cause, one call. */
function ofSystem(status: string | undefined, rootCauses: readonly string[]): Severity {
  return status === 'unhealthy' && rootCauses.length === 0 ? 'critical' : 'info';
}

function readRun(payload: Payload): Reading | undefined {
  const check = textOf(payload, 'check');
  if (check === undefined) return undefined;
  const result = textOf(payload, 'result') ?? 'unknown';
  const took = numberOf(payload, 'durationMillis');
  const duration = took === undefined ? '' : ` after ${describeMillis(took)}`;
  return {
    severity: result === 'unhealthy' ? 'warning' : 'info',
    key: `health/${check}/run`,
    title: withReason(`Check of ${check}: ${result}${duration}`, textOf(payload, 'reason')),
  };
}

function readRecovery(payload: Payload): Reading | undefined {
  const check = textOf(payload, 'check');
  const outcome = textOf(payload, 'outcome');
  if (check === undefined || outcome === undefined) return undefined;
  const verb = outcome === 'timeout' ? 'took too long' : outcome;
  const attempt = numberOf(payload, 'attempt');
  const which = attempt === undefined ? '' : `, attempt ${attempt}`;
  return {
    severity: outcome === 'succeeded' ? 'info' : 'warning',
    key: `health/${check}/recovery`,
    title: withReason(`Recovery of ${check} ${verb}${which}`, textOf(payload, 'error')),
  };
}
