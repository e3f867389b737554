import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { makeDirectory } from '../../src/directory/sync-directory.ts';

/** What another process does before and after this one has tried to make a directory. */
const other = vi.hoisted(() => ({
  before: (_path: string): void => {},
  after: (_path: string): void => {},
}));

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const mkdirSync = (path: string, options: object): void => {
    other.before(path);
    try {
      fs.mkdirSync(path, options);
    } finally {
      other.after(path);
    }
  };
  return { ...fs, mkdirSync };
});

const made: string[] = [];
afterEach(() => {
  other.before = () => {};
  other.after = () => {};
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'directory-'));
  made.push(directory);
  return directory;
}

async function realMkdir(): Promise<(path: string) => void> {
  const fs = await vi.importActual<typeof import('node:fs')>('node:fs');
  return (path) => void fs.mkdirSync(path, { recursive: true });
}

describe('a directory', () => {
  test('is made with those above it, for the user alone', () => {
    const path = join(scratch(), 'var', 'audit', 'w1');
    makeDirectory(path);
    makeDirectory(path);
    for (const each of [path, dirname(path)]) expect(statSync(each).mode & 0o777).toBe(0o700);
  });

  test('is made while another process makes one beside it, whoever is first', async () => {
    const mkdir = await realMkdir();
    const path = join(scratch(), 'var', 'audit', 'w1');
    let attempts = 0;
    // The path, the one above, and `var`, which is made; the next is the one above again.
    other.before = (each) => {
      if (++attempts === 4) mkdir(each);
    };
    makeDirectory(path);
    expect(existsSync(path)).toBe(true);
    expect(attempts).toBe(5);
  });

  test('is made when another process makes what is above it after the first attempt', async () => {
    const mkdir = await realMkdir();
    const path = join(scratch(), 'var', 'audit', 'w1');
    other.after = () => mkdir(dirname(path));
    makeDirectory(path);
    expect(existsSync(path)).toBe(true);
  });

  test('may have been made by another process meanwhile', async () => {
    const mkdir = await realMkdir();
    const path = join(scratch(), 'var', 'audit', 'w1');
    other.after = () => mkdir(path);
    makeDirectory(path);
    expect(existsSync(path)).toBe(true);
  });

  test('cannot be made in the place of a file, below one, or where there are none', () => {
    const file = join(scratch(), 'file');
    writeFileSync(file, '');
    expect(() => makeDirectory(file)).toThrow('EEXIST');
    expect(() => makeDirectory(join(file, 'below'))).toThrow('ENOTDIR');
    if (process.platform === 'linux') expect(() => makeDirectory('/proc/none/below')).toThrow('ENOENT');
  });
});
