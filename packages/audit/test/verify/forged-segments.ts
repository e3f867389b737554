import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sealLine } from '../../src/journal/format.ts';
import { leafHash, MerkleFrontier } from '../../src/merkle/frontier.ts';

/** Names of what stands among the segments of a journal. */
export const namesIn = (directory: string): string[] => readdirSync(join(directory, 'segments')).sort();

/** Lines of a file, without their line feeds. */
export const linesIn = (path: string): string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1);

/** Puts the hashes of a segment in its place, as retention does. */
export function replaceByHashes(directory: string, name: string): void {
  const path = join(directory, 'segments', name);
  const leaves = linesIn(path).filter((line) => line.startsWith('{"entry"'));
  const hashes = leaves.map((line) => Buffer.from(leafHash(line), 'base64'));
  writeFileSync(path.replace('.jsonl', '.hashes'), Buffer.concat(hashes));
  rmSync(path);
}

/**
 * Replaces the entries of the last segment from `index` on by others, and opens it when it was closed, as anybody can who may
 * write to it; appends them when there is no `index`.
 */
export function forgeFrom(
  directory: string,
  index: number | undefined,
  forged: readonly { readonly action: string; readonly attributes?: object }[],
): void {
  const path = join(directory, 'segments', namesIn(directory).at(-1) as string);
  const lines = linesIn(path).filter((line) => !line.startsWith('{"seal"'));
  const kept = lines.filter((line) => {
    const { index: at } = JSON.parse(line) as { index?: number };
    return at === undefined || index === undefined || at < index;
  });
  for (const { action, attributes = {} } of forged) {
    const last = kept.at(-1) as string;
    const { entry, index: at } = JSON.parse(last) as { entry: { time: string }; index: number };
    const content = { action, attributes, outcome: 'success', time: entry.time };
    kept.push(JSON.stringify({ entry: content, index: at + 1, prev: leafHash(last) }));
  }
  writeFileSync(path, `${kept.join('\n')}\n`);
}

/** Closes the last segment, as its process would have: a seal needs no key. */
export function sealLast(directory: string): void {
  const path = join(directory, 'segments', namesIn(directory).at(-1) as string);
  const [header = '', ...entries] = linesIn(path);
  const { segment } = JSON.parse(header) as { segment: { first: number; frontier: string[] } };
  const tree = new MerkleFrontier(segment.first, segment.frontier);
  for (const line of entries) tree.append(leafHash(line));
  const timeOf = (line = '') => (JSON.parse(line) as { entry: { time: string } }).entry.time;
  const [from, to] = [timeOf(entries[0]), timeOf(entries.at(-1))];
  const head = leafHash(entries.at(-1) as string);
  appendFileSync(
    path,
    sealLine({ from, frontier: tree.roots(), head, open: [], size: tree.size, to }).concat('\n'),
  );
}
