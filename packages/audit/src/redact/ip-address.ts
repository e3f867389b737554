import { isIPv6 } from 'node:net';
import { type Finder, type Found, finderOf, forEachMatch } from './pattern.ts';

const IPV4 =
  /(?<!\d)(?<!\d\.)(?:(?:25[0-5]|2[0-4]\d|[01]?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d?\d)(?!\d)(?!\.\d)/g;

const findDotted = finderOf(IPV4);

/** IPv4 addresses in dotted decimal. */
export const findIpv4: Finder = (text) => (text.length < 7 ? [] : findDotted(text));

const RUN = /[0-9a-f:.]+/gi;
const WORD = /[\p{L}\p{N}_]/u;
const HEX = /[0-9a-f]/i;
/** What may be an address, or begin with one: groups, and perhaps the dotted tail of an IPv4 address. */
const SHAPE = /(?:[0-9a-f]{1,4}|:(?=:[0-9a-f]))(?::[0-9a-f]{0,4}){1,8}(?:(?:\.\d{1,3}){3})?/iy;

/** IPv6 addresses (RFC 4291, 2.2); the unspecified address `::`, which is also punctuation, is none. */
export const findIpv6: Finder = (text) => {
  const found: Found[] = [];
  if (text.indexOf(':') === text.lastIndexOf(':')) return found;
  forEachMatch(RUN, text, ({ 0: run, index }) => {
    if (!mayHoldAddress(run)) return;
    const isAfterWord = WORD.test(text[index - 1] ?? '');
    const isBeforeWord = WORD.test(text[index + run.length] ?? '');
    findInRun({ run, isAfterWord, isBeforeWord }, index, found);
  });
  return found;
};

/** Whether there is a gap, or all groups may be there, the last two perhaps dotted: times of day and the like are none. */
function mayHoldAddress(run: string): boolean {
  if (run.includes('::')) return true;
  let colons = run.includes('.') ? 1 : 0;
  for (let at = run.indexOf(':'); at !== -1 && colons < 7; at = run.indexOf(':', at + 1)) colons++;
  return colons === 7;
}

/** What may be an address, with something around it, and whether that goes on as a word. */
interface Run {
  readonly run: string;
  readonly isAfterWord: boolean;
  readonly isBeforeWord: boolean;
}

/** What surrounds an address may look like a group of it: each group may be the first, and each the last. */
function findInRun({ run, isAfterWord, isBeforeWord }: Run, offset: number, found: Found[]): void {
  for (let start = 0; start < run.length; start++) {
    const isWithinGroup = start === 0 ? isAfterWord : HEX.test(run[start - 1] as string);
    if (isWithinGroup) continue;
    const end = endOfAddress(run, start, isBeforeWord);
    if (end === undefined) continue;
    found.push({ start: offset + start, end: offset + end });
    start = end - 1;
  }
}

function endOfAddress(run: string, start: number, isBeforeWord: boolean): number | undefined {
  SHAPE.lastIndex = start;
  const shape = SHAPE.exec(run)?.[0];
  if (shape === undefined) return undefined;
  // There is one gap at most.
  const gap = shape.indexOf('::');
  const second = gap === -1 ? -1 : shape.indexOf('::', gap + 1);
  const longest = second === -1 ? shape.length : second + 1;
  for (let end = start + longest; end - start > 2; end--) {
    const isCut = end === run.length ? isBeforeWord : HEX.test(run[end] as string);
    if (isCut || (run[end - 1] === ':' && run[end - 2] !== ':')) continue;
    const address = run.slice(start, end);
    if (isIPv6(address) && HEX.test(address)) return end;
  }
  return undefined;
}
