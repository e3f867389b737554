import { describeValue } from '@org/instrument-core';
import { FORMAT_VERSION, headerLine, type SegmentHeader } from '../journal/format.ts';
import { versionOf } from '../journal/parse-line.ts';
import { leafHash, MerkleFrontier } from '../merkle/frontier.ts';
import { fileOf, type Place } from './findings.ts';
import { journalLeaves } from './journal-leaves.ts';
import type { Part } from './layout.ts';
import type { LineSource } from './line-source.ts';
import { type ReadLine, readLine } from './read-line.ts';
import { type Stand, treeOf } from './stand.ts';
import type { Walk } from './walk.ts';

/** Checks the first line of a segment against all that is before it, and takes the line unless it is an entry. */
export async function checkHeader(walk: Walk, part: Part, source: LineSource): Promise<void> {
  const { findings, stand } = walk;
  stand.from = '';
  const raw = await source.peek(0);
  const isLast = part === walk.parts.at(-1);
  if (raw === undefined) {
    if (isLast) findings.notice(`${part.file} is empty: a segment is being begun, or a crash has left it.`);
    else findings.fail('removed', stand.size, fileOf(part.file), 'The segment is empty.');
    return;
  }
  const line = readLine(raw);
  const place: Place = { file: part.file, line: 1, offset: 0 };
  const expected = expectedHeader(stand, line);
  if (!raw.isComplete) {
    source.take();
    const isBeginning = isLast && expected?.startsWith(line.text) === true;
    if (isBeginning)
      findings.notice(
        `The header of ${part.file} is not complete: it is being written, or a crash has left it.`,
      );
    else
      findings.fail(
        'changed',
        undefined,
        place,
        'The header of the segment was changed, or its end is missing.',
      );
    return;
  }
  const version = versionOf(line.text);
  if (version !== undefined && version !== FORMAT_VERSION) {
    walk.isOfAnotherVersion = true;
    const message =
      `The segment is of version ${version} of the format, and this package reads version ${FORMAT_VERSION}: ` +
      'another version of the package has written it, or its header was changed.';
    findings.fail('unreadable', undefined, place, message);
    return;
  }
  if (line.kind === 'entry') {
    const second = await source.peek(1);
    const isSwapped = second !== undefined && readLine(second).kind === 'header';
    if (isSwapped) source.take();
    findings.fail(
      isSwapped ? 'reordered' : 'removed',
      isSwapped ? stand.size : undefined,
      place,
      isSwapped
        ? 'An entry stands before the header of the segment.'
        : 'The header of the segment is missing.',
    );
    if (!isSwapped && stand.tree === undefined) stand.jump(line.link.index, line.link.prev);
    return;
  }
  source.take();
  if (line.text === expected) {
    if (line.kind !== 'header') return;
    if (stand.open === undefined) {
      walk.believed.push({ first: stand.size, hash: leafHash(line.text), place });
    }
    stand.open = new Set(line.header.open);
    return;
  }
  if (line.kind !== 'header') {
    findings.fail('changed', undefined, place, 'The header of the segment was changed.');
    return;
  }
  await diagnoseHeader(walk, part, source, line.header);
}

/** The header that must be there; which operations are open is taken from it where nothing else tells. */
function expectedHeader(stand: Stand, line: ReadLine): string | undefined {
  if (stand.open !== undefined || line.kind !== 'header') return stand.header();
  const { open } = line.header;
  const isPlausible = open.every((index, i) => {
    return Number.isSafeInteger(index) && index < stand.size && index > (open[i - 1] ?? -1);
  });
  const frontier = stand.frontier();
  if (!isPlausible || frontier === undefined) return undefined;
  const { head: prev, origin, size: first } = stand;
  return headerLine({ first, frontier, open, origin, prev, version: FORMAT_VERSION });
}

async function diagnoseHeader(
  walk: Walk,
  part: Part,
  source: LineSource,
  header: SegmentHeader,
): Promise<void> {
  const { findings, stand } = walk;
  const place: Place = { file: part.file, line: 1, offset: 0 };
  const next = await source.peek(0);
  const entry = next === undefined ? undefined : readLine(next);
  const follows = entry?.link?.index === stand.size && entry.link.prev === stand.head;
  const before = walk.parts[walk.parts.indexOf(part) - 1];
  if (stand.tree === undefined) {
    // What is before it is damaged, and that was said.
    if (header.origin === stand.origin && header.first === part.first) stand.believe(header);
    else findings.fail('swapped', part.first, place, 'The segment is not the one that belongs here.');
    return;
  }
  if (header.origin !== stand.origin) {
    const message = `The segment is of the journal ${describeValue(header.origin)}, and this is ${stand.origin}.`;
    findings.fail('swapped', follows ? undefined : stand.size, place, message);
  } else if (follows && before?.kind !== 'hashes') {
    findings.fail(
      'changed',
      undefined,
      place,
      'The header of the segment does not say what the entries before it do.',
    );
  } else if (!follows && header.first !== part.first) {
    const message = `The segment begins with entry ${header.first}, and the one that belongs here with ${part.first}.`;
    findings.fail('swapped', stand.size, place, message);
  } else if (before !== undefined && (await isBeliedByState(walk, part, header))) {
    blameBefore(walk, before, header);
    stand.believe(header);
  } else if (follows) {
    findings.fail(
      'changed',
      undefined,
      place,
      'The header of the segment does not say what the hashes before it do.',
    );
  } else {
    const message = 'The segment does not follow from the one before it: it is another, or an older one.';
    findings.fail('swapped', stand.size, place, message);
    stand.believe(header);
  }
}

/** Whether the next signed state is reached from where the header says it begins, and not from where we stand. */
async function isBeliedByState(walk: Walk, part: Part, header: SegmentHeader): Promise<boolean> {
  const { parts, stand, states } = walk;
  const state = states.next;
  const claimed = treeOf(header.first, header.frontier);
  if (state === undefined || claimed === undefined || header.first !== stand.size) return false;
  const ours = new MerkleFrontier(stand.tree?.size, stand.tree?.roots());
  const rest = parts.slice(parts.indexOf(part));
  try {
    for await (const leaf of journalLeaves(rest, () => walk.onRead(0))) {
      if (claimed.size >= state.size) break;
      claimed.append(leaf);
      ours.append(leaf);
    }
  } catch {
    // What cannot be read proves nothing; it will be met again.
    return false;
  }
  return claimed.size === state.size && claimed.root() === state.root && ours.root() !== state.root;
}

/** What follows is right, so that what is before it is not. */
function blameBefore({ findings, stand, states }: Walk, before: Part, header: SegmentHeader): void {
  const from = Math.max(
    states.covered,
    before.kind === 'segment' ? before.first : firstDifference(stand, header),
  );
  if (before.kind === 'segment') {
    const message =
      'The segment is another one: the next does not follow from it, and leads to a signed state.';
    findings.fail('swapped', from, fileOf(before.file), message);
  } else {
    const message = `The hashes from entry ${from} on were changed: they do not lead to the next segment.`;
    findings.fail('changed', from, fileOf(before.file), message);
  }
}

/** The first entry under a root that is another one than the header says. */
function firstDifference(stand: Stand, header: SegmentHeader): number {
  let index = 0;
  const ours = stand.frontier() ?? [];
  for (const [i, root] of ours.entries()) {
    if (root !== header.frontier[i]) return index;
    let leaves = 1;
    while (leaves * 2 <= stand.size - index) leaves *= 2;
    index += leaves;
  }
  return index;
}
