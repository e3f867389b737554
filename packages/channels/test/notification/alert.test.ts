import { describe, expect, it } from 'vitest';
import { essence, say } from './reading.ts';

describe('alerts', () => {
  const alert = {
    name: 'HighLatency',
    severity: 'critical',
    labels: { alertname: 'HighLatency', job: 'api', severity: 'critical' },
    annotations: {
      summary: 'p99 above 2 s',
      description: 'It is 2.4 s.',
      runbook_url: 'https://runbooks.example/latency',
    },
    startsAt: '2024-02-29T12:00:00.000Z',
  };

  it('have one key from firing to resolved, whatever order their labels are in', () => {
    const firing = say('alert.firing', alert);
    expect(essence(firing)).toEqual({
      event: 'alert.firing',
      severity: 'critical',
      phase: 'triggered',
      key: 'alert/HighLatency{job="api",severity="critical"}',
      title: 'HighLatency: p99 above 2 s',
      text: 'It is 2.4 s.\nLabels: job=api, severity=critical\nRunbook: https://runbooks.example/latency',
    });
    const labels = { severity: 'critical', job: 'api' };
    expect(say('alert.acknowledged', { ...alert, labels, acknowledgedBy: 'ada' })).toMatchObject({
      phase: 'acknowledged',
      key: firing.key,
      title: 'Acknowledged: HighLatency: p99 above 2 s',
      text: expect.stringContaining('By ada.'),
    });
    expect(say('alert.resolved', { ...alert, labels })).toMatchObject({
      severity: 'critical',
      phase: 'resolved',
      key: firing.key,
    });
    expect(say('alert.firing', { ...alert, labels: { ...labels, job: 'web' } }).key).not.toBe(firing.key);
  });

  it('have a key of bounded length that still tells them apart', () => {
    const long = (last: string) => ({ name: 'A', labels: { path: `${'x'.repeat(300)}${last}` } });
    const [a, b] = [say('alert.firing', long('1')).key, say('alert.firing', long('2')).key];
    expect(a.length).toBeLessThanOrEqual(200);
    expect(a).not.toBe(b);
  });

  it.each([
    ['page', 'critical'],
    ['warn', 'warning'],
    ['high', 'error'],
    ['none', 'info'],
    ['purple', 'warning'],
    [undefined, 'warning'],
  ])('of severity %s are %s', (word, severity) => {
    expect(say('alert.firing', { name: 'A', labels: { severity: word } }).severity).toBe(severity);
  });
});
