import { SEVERITIES, type Severity } from '../notification.ts';
import { textOf } from './fields.ts';
import type { EventReader, Payload, Reading } from './reading.ts';
import { withReason } from './words.ts';

/** Reads what event pipelines say. A circuit that is open, and a connection that is away, are conditions. */
export const readPipeline: EventReader = (event, payload) => {
  const pipeline = textOf(payload, 'pipeline');
  if (pipeline === undefined) return undefined;
  switch (event) {
    case 'pipeline.error':
      return readError(payload, pipeline);
    case 'pipeline.circuit.changed':
      return readChange(payload, pipeline, 'circuit', CIRCUITS);
    case 'pipeline.connection.changed':
      return readChange(payload, pipeline, 'connection', CONNECTIONS);
    default:
      return undefined;
  }
};

function readError(payload: Payload, pipeline: string): Reading {
  const component = textOf(payload, 'component') ?? 'a part';
  const type = textOf(payload, 'type') ?? 'an error';
  return {
    severity: SEVERITIES.find((word) => word === payload.severity) ?? 'error',
    key: `pipeline/${pipeline}/${component}`,
    title: withReason(`${pipeline}: ${component} failed with ${type}`, textOf(payload, 'reason')),
  };
}

/** How bad a state is; `undefined`: it is well. What stands in no list is on its way from one to the other. */
type States = Readonly<Record<string, Severity | undefined>>;

const CIRCUITS: States = { closed: undefined, open: 'error' };
const CONNECTIONS: States = { connected: undefined, reconnecting: 'warning', disconnected: 'error' };

function readChange(payload: Payload, pipeline: string, what: string, states: States): Reading | undefined {
  const name = textOf(payload, what);
  const to = textOf(payload, 'to');
  if (name === undefined || to === undefined) return undefined;
  const key = `pipeline/${pipeline}/${what}/${name}`;
  const title = withReason(`${pipeline}: ${what} ${name} is ${to}`, textOf(payload, 'reason'));
  if (!Object.hasOwn(states, to)) return { severity: 'info', key, title };
  const severity = states[to];
  if (severity !== undefined) return { severity, phase: 'triggered', key, title };
  const from = textOf(payload, 'from') ?? '';
  const before = Object.hasOwn(states, from) ? states[from] : undefined;
  return {
    severity: before ?? 'info',
    phase: 'resolved',
    key,
    title,
    tellsDuration: true,
    // One that is made for the first time has ended nothing, save what an earlier process has told of.
    ...(before === undefined ? { unlessOpen: { severity: 'info', phase: 'occurred', title } } : {}),
  };
}
