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

  it.each(['secret', 'token', 'cookie', 'pin', 'session_id', 'jwt_issuer'])(
    'that differ in a label named %s are two',
    (name) => {
      const firing = (value: string) =>
        say('alert.firing', { name: 'CertificateExpires', labels: { [name]: value } });
      expect(firing('shop-tls').key).toBe(`alert/CertificateExpires{${name}="shop-tls"}`);
      expect(firing('admin-tls').key).not.toBe(firing('shop-tls').key);
      expect(firing('shop-tls').text).toBe(`Labels: ${name}=shop-tls`);
    },
  );

  it('show no password in a label, and nothing else that is secret by its name or its form', () => {
    const { key, text, payload } = say('alert.firing', {
      name: 'PoolFull',
      labels: { db_password: 'hunter2', url: 'postgres://me:hunter2@db/shop' },
      annotations: { token: 'hunter2' },
      secret: 'hunter2',
    });
    expect(JSON.stringify({ key, text, payload })).not.toContain('hunter2');
    expect(say('disk.full', { labels: { secret: 'hunter2' } }).payload).toEqual({
      labels: { secret: '[redacted]' },
    });
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
