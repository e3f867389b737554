import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAudit } from '@org/instrument-audit/journal';
import { EventBus } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import { createNotificationReader } from '../../src/notification/reader.ts';
import { essence, follow, say } from './reading.ts';

describe('audit', () => {
  it('reads the events of a real journal', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'channels-audit-'));
    try {
      const events = new EventBus();
      const all = follow(events);
      const audit = createAudit({ directory, events });
      audit.record({ action: 'orders.refund', actor: 'user:42', target: 'order:7' });
      await audit.close();
      const titles = all.map(({ event, title, severity }) => [event, severity, title]);
      expect(titles).toContainEqual(['audit.state', 'info', 'The audit journal is closed']);
      expect(titles.find(([event]) => event === 'audit.checkpoint')?.[2]).toMatch(
        /^Checkpoint of the audit journal: (1 entry|\d+ entries)$/,
      );
      for (const { key } of all) expect(key.startsWith(`audit/${directory}`)).toBe(true);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('calls for help when the journal cannot write, and says when it can', () => {
    const read = createNotificationReader({});
    const state = (from: string, to: string, reason?: string) =>
      essence(
        read('audit.state', { directory: '/a', from, to, reason, waitingEntries: 1200, shed: 3 }, 'id'),
      );
    expect(state('open', 'waiting', 'ENOSPC: no space left')).toMatchObject({
      severity: 'error',
      phase: 'triggered',
      key: 'audit//a',
      title: 'The audit journal cannot be written: ENOSPC: no space left',
      text: 'Journal: /a\nEntries that wait for the disk: 1,200\nEntries lost since the process started: 3',
    });
    expect(state('waiting', 'full')).toMatchObject({
      severity: 'critical',
      phase: 'triggered',
      key: 'audit//a',
    });
    expect(state('full', 'open')).toMatchObject({ severity: 'critical', phase: 'resolved', key: 'audit//a' });
    expect(state('open', 'closed', 'it was taken over')).toMatchObject({ severity: 'critical' });
  });

  it('tells a journal that was cut from one that a crash has left', () => {
    const recovered = { directory: '/a', size: 10, tornBytes: 0, missing: 0, interrupted: [] };
    expect(say('audit.recovered', recovered).severity).toBe('info');
    expect(say('audit.recovered', { ...recovered, interrupted: [4] }).severity).toBe('warning');
    expect(say('audit.recovered', { ...recovered, missing: 5 })).toMatchObject({
      severity: 'critical',
      title: 'The audit journal lacks 5 entries that a signed checkpoint covers',
    });
    expect(say('audit.recovered', { ...recovered, missing: 1 }).title).toBe(
      'The audit journal lacks 1 entry that a signed checkpoint covers',
    );
  });
});
