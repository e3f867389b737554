import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { EntryContent } from '../../src/operation/entry.ts';
import { type BuiltJournal, buildJournal, content, type JournalPlan } from '../journal-builder.ts';

/** A directory that is removed after the tests of the file. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'audit-verify-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Makes journals, each in a directory of its own. */
export function journals(): (plan: JournalPlan) => BuiltJournal {
  const parent = temporaryDirectory();
  let count = 0;
  return (plan) => buildJournal(join(parent, String(count++)), plan);
}

/** Three segments, with operations that are open across their borders. */
export function threeSegments(): EntryContent[][] {
  return [
    [content(0), content(1, { phase: 'started' })],
    [
      content(2, { phase: 'started' }),
      content(3, { phase: 'ended', started: 1 }),
      content(4, { reason: 'é🙂' }),
    ],
    [content(5), content(6, { phase: 'ended', started: 2 })],
  ];
}

/** Copies a journal, so that it can be spoiled. */
export function copyOf(journal: BuiltJournal, to: string): string {
  rmSync(to, { recursive: true, force: true });
  cpSync(journal.directory, to, { recursive: true });
  return to;
}

/** The files that are evidence, relative to the directory. */
export function evidenceOf(directory: string): string[] {
  const segments = readdirSync(join(directory, 'segments')).map((name) => `segments/${name}`);
  return ['checkpoints', 'key.pub', ...segments].filter((file) => existsSync(join(directory, file)));
}

/** Rewrites a file. */
export function edit(directory: string, file: string, change: (text: string) => string): void {
  const path = join(directory, file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

/** Rewrites the lines of a file. */
export function editLines(directory: string, file: string, change: (lines: string[]) => string[]): void {
  edit(directory, file, (text) => {
    return change(text.split('\n').slice(0, -1))
      .map((line) => `${line}\n`)
      .join('');
  });
}
