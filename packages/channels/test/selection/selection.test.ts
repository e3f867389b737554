import { DiagLogLevel, diag } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { createNotificationReader } from '../../src/notification/reader.ts';
import { compileSelection, FOR_LOGS, FOR_PEOPLE } from '../../src/selection/selection.ts';
import { notification } from '../support/notifications.ts';

describe('names and patterns', () => {
  it.each([
    [['alert.*'], ['alert.firing'], ['alert', 'alerts.firing', 'health.status.changed']],
    [
      ['*', '!performance.*', 'performance.operation.complete'],
      ['x', 'performance.operation.complete'],
      ['performance.phase.end'],
    ],
    [['order.refused'], ['order.refused'], ['order.refused.twice', 'order.*']],
    ['health.*', ['health.status.changed'], ['alert.firing']],
    ['*', ['', 'anything'], []],
  ])('%j', (events, heard, unheard) => {
    const selection = compileSelection({ events });
    for (const event of heard) expect([event, selection.hears(event)]).toEqual([event, true]);
    for (const event of unheard) expect([event, selection.hears(event)]).toEqual([event, false]);
  });
});

describe('the defaults', () => {
  const noise = [
    'performance.phase.end',
    'execution.progress',
    'execution.chunk.completed',
    'health.check.completed',
    'health.component.degraded',
    'channel.circuit.changed',
  ];

  it('of logs are everything but what comes with each step', () => {
    for (const settings of [undefined, {}, FOR_LOGS]) {
      const { hears } = compileSelection(settings);
      for (const event of noise) expect([event, hears(event)]).toEqual([event, false]);
      for (const event of ['order.refused', 'audit.checkpoint', 'execution.completed']) {
        expect([event, hears(event)]).toEqual([event, true]);
      }
    }
  });

  it('of people are what tells of trouble, once, and of its end', () => {
    const read = createNotificationReader({});
    const { hears, takes } = compileSelection(FOR_PEOPLE);
    for (const event of [...noise, 'health.recovery.attempted'])
      expect([event, hears(event)]).toEqual([event, false]);
    const told = (event: string, payload: object) => hears(event) && takes(read(event, payload, 'id'));
    const change = (from: string, to: string) =>
      told('health.status.changed', { check: 'db', from, to, rootCauses: ['db'] });
    // Each start of a process would tell of all that is well.
    expect(change('unknown', 'healthy')).toBe(false);
    expect(change('healthy', 'unhealthy')).toBe(true);
    expect(change('unhealthy', 'healthy')).toBe(true);
    expect(told('execution.completed', { name: 'import', failed: 0 })).toBe(false);
    expect(told('execution.failed', { name: 'import' })).toBe(true);
    expect(told('order.placed', { message: 'fine' })).toBe(false);
    expect(told('order.fraud', { severity: 'critical' })).toBe(true);
  });
});

describe('severities', () => {
  it('leave out what is less severe, save the end of what was severe enough', () => {
    const read = createNotificationReader({});
    const { takes } = compileSelection({ minSeverity: 'error' });
    const change = (from: string, to: string) =>
      takes(read('health.status.changed', { check: 'db', from, to, rootCauses: ['db'] }, 'id'));
    expect(change('healthy', 'degraded')).toBe(false);
    expect(change('degraded', 'healthy')).toBe(false);
    expect(change('healthy', 'unhealthy')).toBe(true);
    expect(change('unhealthy', 'degraded')).toBe(false);
    expect(change('degraded', 'healthy')).toBe(true);
    const own = (severity: string, phase: string) => takes(read('disk', { severity, phase }, 'id'));
    expect(own('critical', 'triggered')).toBe(true);
    expect(own('info', 'acknowledged')).toBe(true);
    expect(own('info', 'resolved')).toBe(true);
    expect(own('info', 'resolved')).toBe(false);
  });
});

describe('a filter', () => {
  it('leaves out what it returns false for, and nothing when it throws, which is reported', () => {
    const reports: unknown[] = [];
    const log = (...all: unknown[]) => void reports.push(all.join(' '));
    diag.setLogger(
      { error: log, warn: log, info: log, debug: log, verbose: log },
      { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
    );
    try {
      const odd = compileSelection({ filter: ({ key }) => key !== 'odd' });
      expect(odd.takes(notification({ key: 'odd' }))).toBe(false);
      expect(odd.takes(notification())).toBe(true);
      expect(compileSelection({ filter: (() => undefined) as never }).takes(notification())).toBe(true);
      const broken = compileSelection({
        filter: () => {
          throw new Error('oops');
        },
      });
      expect(broken.takes(notification())).toBe(true);
      expect(reports.join()).toContain('channels: a filter failed: oops');
    } finally {
      diag.disable();
    }
  });
});
