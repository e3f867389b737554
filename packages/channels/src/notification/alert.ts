import type { Phase } from '../notification.ts';
import { objectOf, textOf } from './fields.ts';
import { MAX_KEY, withHash } from './key.ts';
import type { EventReader, Payload } from './reading.ts';
import { severityOfWord } from './severity-word.ts';
import { lines } from './words.ts';

const PHASES: ReadonlyMap<string, Phase> = new Map([
  ['alert.firing', 'triggered'],
  ['alert.acknowledged', 'acknowledged'],
  ['alert.resolved', 'resolved'],
]);

/**
 * Reads alerts, in Alertmanager's words. One alert is a name and its labels: that is the key, whatever order the labels are
 * in. Its severity is what its label or itself says, `warning` where that is nothing known.
 */
export const readAlert: EventReader = (event, payload) => {
  const phase = PHASES.get(event);
  const labels = objectOf(payload, 'labels');
  const name = textOf(payload, 'name') ?? textOf(labels, 'alertname');
  if (phase === undefined || name === undefined) return undefined;
  const annotations = objectOf(payload, 'annotations');
  const summary = textOf(annotations, 'summary') ?? textOf(payload, 'summary');
  const runbook = textOf(annotations, 'runbook_url') ?? textOf(annotations, 'runbook');
  const by = textOf(payload, 'acknowledgedBy') ?? textOf(payload, 'by');
  const verb = { triggered: '', acknowledged: 'Acknowledged: ', resolved: 'Resolved: ', occurred: '' }[phase];
  const shown = labelsOf(labels).map(([key, value]) => `${key}=${value}`);
  return {
    severity: severityOfWord(textOf(payload, 'severity') ?? textOf(labels, 'severity')) ?? 'warning',
    phase,
    tellsDuration: true,
    key: keyOf(name, labels),
    title: `${verb}${summary === undefined ? name : `${name}: ${summary}`}`,
    text: lines(
      textOf(annotations, 'description') ?? textOf(payload, 'description'),
      by === undefined ? undefined : `By ${by}.`,
      shown.length === 0 ? undefined : `Labels: ${shown.join(', ')}`,
      runbook === undefined ? undefined : `Runbook: ${runbook}`,
    ),
  };
};

function keyOf(name: string, labels: Payload | undefined): string {
  const inner = labelsOf(labels).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const whole = `alert/${name}${inner.length === 0 ? '' : `{${inner.join(',')}}`}`;
  return whole.length <= MAX_KEY ? whole : withHash(`alert/${name}`, whole);
}

function labelsOf(labels: Payload | undefined): [string, string][] {
  return Object.entries(labels ?? {})
    .filter(
      ([key, value]) =>
        key !== 'alertname' && value !== undefined && value !== null && typeof value !== 'object',
    )
    .map(([key, value]): [string, string] => [key, String(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
