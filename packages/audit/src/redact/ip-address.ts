import { isIPv6 } from 'node:net';
import type { Redactor } from './pattern.ts';

const IPV4 =
  /(?<!\d)(?<!\d\.)(?:(?:25[0-5]|2[0-4]\d|[01]?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d?\d)(?!\d)(?!\.\d)/g;

/** IPv4 addresses in dotted decimal. */
export const redactIpv4: Redactor = (text, replacement) =>
  text.length < 7 ? text : text.replace(IPV4, () => replacement);

const RUN = /[0-9a-f:.]+/gi;
const WORD = /[\p{L}\p{N}_]/u;
const HEX = /[0-9a-f]/i;
/** What may be an address, or begin with one: groups, and perhaps the dotted tail of an IPv4 address. */
const SHAPE = /(?:[0-9a-f]{1,4}|:(?=:[0-9a-f]))(?::[0-9a-f]{0,4}){1,8}(?:(?:\.\d{1,3}){3})?/iy;

/** IPv6 addresses (RFC 4291, 2.2); the unspecified address `::`, which is also punctuation, is none. */
export const redactIpv6: Redactor = (text, replacement) => {
  if (text.indexOf(':') === text.lastIndexOf(':')) return text;
  return text.replace(RUN, (run: string, index: number) => {
    if (run.indexOf(':') === run.lastIndexOf(':')) return run;
    const isAfterWord = WORD.test(text[index - 1] ?? '');
    const isBeforeWord = WORD.test(text[index + run.length] ?? '');
    return redactRun(run, isAfterWord, isBeforeWord, replacement);
  });
};

/** What surrounds an address may look like a group of it: each group may be the first, and each the last. */
function redactRun(run: string, isAfterWord: boolean, isBeforeWord: boolean, replacement: string): string {
  let redacted = '';
  let copied = 0;
  for (let start = 0; start < run.length; start++) {
    const isWithinGroup = start === 0 ? isAfterWord : HEX.test(run[start - 1] as string);
    if (isWithinGroup) continue;
    const end = endOfAddress(run, start, isBeforeWord);
    if (end === undefined) continue;
    redacted += run.slice(copied, start) + replacement;
    copied = end;
    start = end - 1;
  }
  return copied === 0 ? run : redacted + run.slice(copied);
}

function endOfAddress(run: string, start: number, isBeforeWord: boolean): number | undefined {
  SHAPE.lastIndex = start;
  const shape = SHAPE.exec(run);
  if (shape === null) return undefined;
  for (let end = start + shape[0].length; end - start > 2; end--) {
    const isCut = end === run.length ? isBeforeWord : HEX.test(run[end] as string);
    if (isCut) continue;
    const address = run.slice(start, end);
    if (isIPv6(address) && HEX.test(address)) return end;
  }
  return undefined;
}
