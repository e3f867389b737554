import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBus } from '@org/instrument-core';
import { afterEach } from 'vitest';
import type { Audit } from '../src/audit.ts';
import { createAudit } from '../src/create-audit.ts';
import type { AuditEventMap } from '../src/events.ts';
import type { AuditEntry } from '../src/operation/entry.ts';
import type { AuditOptions } from '../src/options.ts';
import type { AuditQuery } from '../src/query/query.ts';

/** An audit that is closed after the test, and the events of it. */
export interface OpenedAudit {
  readonly audit: Audit;
  readonly directory: string;
  readonly events: EventBus;
  /** Payloads of all events of a name so far. */
  seen<N extends keyof AuditEventMap>(name: N): AuditEventMap[N][];
  entries(query?: AuditQuery): Promise<AuditEntry[]>;
}

const EVENTS = [
  'audit.checkpoint',
  'audit.state',
  'audit.recovered',
  'audit.pruned',
  'audit.erased',
] as const;

/** Opens audits on real directories; closes them, and removes the directories, after each test. */
export function useAudits(): {
  directory(): string;
  open(options?: Partial<AuditOptions>): OpenedAudit;
} {
  const directories: string[] = [];
  const audits: Audit[] = [];
  afterEach(async () => {
    for (const audit of audits.splice(0)) await audit.close();
    for (const path of directories.splice(0)) rmSync(path, { recursive: true, force: true });
  });
  const directory = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'audit-'));
    directories.push(made);
    return join(made, 'journal');
  };
  return {
    directory,
    open: (options = {}) => {
      const events = new EventBus();
      const all: { name: string; payload: unknown }[] = [];
      for (const name of EVENTS) events.on(name, (payload) => void all.push({ name, payload }));
      const path = options.directory ?? directory();
      const audit = createAudit({ events, ...options, directory: path });
      audits.push(audit);
      return {
        audit,
        directory: path,
        events,
        seen: <N extends keyof AuditEventMap>(name: N) =>
          all.flatMap((event) => (event.name === name ? [event.payload as AuditEventMap[N]] : [])),
        entries: async (query) => {
          const entries: AuditEntry[] = [];
          for await (const entry of audit.query(query)) entries.push(entry);
          return entries;
        },
      };
    },
  };
}
