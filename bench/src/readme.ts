import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Puts a text into a file of the repository, between `<!-- mark:begin -->` and `<!-- mark:end -->`.
 *
 * @throws {Error} when the file has no such marks.
 */
export function writeBetweenMarks(path: string, mark: string, text: string): void {
  const file = join(ROOT, path);
  const before = readFileSync(file, 'utf8');
  const opening = `<!-- ${mark}:begin -->`;
  const begin = before.indexOf(opening);
  const end = before.indexOf(`<!-- ${mark}:end -->`);
  if (begin < 0 || end < begin) throw new Error(`${path} has no ${opening} … <!-- ${mark}:end -->`);
  writeFileSync(file, `${before.slice(0, begin + opening.length)}\n${text}\n${before.slice(end)}`);
}

/** Writes a file of the repository as JSON. */
export function writeJson(path: string, value: unknown): void {
  writeFileSync(join(ROOT, path), `${JSON.stringify(value, undefined, 2)}\n`);
}
