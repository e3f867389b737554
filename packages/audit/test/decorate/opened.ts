import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Audit } from '../../src/audit.ts';
import { createAudit } from '../../src/create-audit.ts';
import type { AuditEntry } from '../../src/operation/entry.ts';
import { InMemoryAudit } from './in-memory-audit.ts';

/** An audit that is open during a test. */
export interface Opened {
  readonly audit: Audit;
  /** Everything that is on record, oldest first. */
  entries(): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}

/** What the tests of decorated functions run on. */
export const IMPLEMENTATIONS: readonly (readonly [name: string, open: () => Opened])[] = [
  ['in memory', openInMemory],
  ['on disk', openOnDisk],
];

function openInMemory(): Opened {
  const audit = new InMemoryAudit();
  return { audit, entries: async () => audit.entries, close: () => audit.close() };
}

function openOnDisk(): Opened {
  const directory = mkdtempSync(join(tmpdir(), 'audit-'));
  const audit = createAudit({ directory });
  return {
    audit,
    entries: async () => {
      const entries: AuditEntry[] = [];
      for await (const entry of audit.query()) entries.push(entry);
      return entries;
    },
    close: async () => {
      await audit.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Opens an audit for each test. */
export function useOpened(open: () => Opened): {
  readonly audit: Audit;
  entries(): Promise<readonly AuditEntry[]>;
  /** Phase and outcome of everything on record, in order: `started`, `ended success`, `success`. */
  phases(): Promise<string[]>;
  /** The last entry. */
  last(): Promise<AuditEntry | undefined>;
} {
  let opened: Opened;
  beforeEach(() => {
    opened = open();
  });
  afterEach(() => opened.close());
  return {
    get audit() {
      return opened.audit;
    },
    entries: () => opened.entries(),
    phases: async () =>
      (await opened.entries()).map(({ phase, outcome }) => [phase, outcome].filter(Boolean).join(' ')),
    last: async () => (await opened.entries()).at(-1),
  };
}

/** Lets everything run that is due now, microtasks and unhandled rejections included. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
