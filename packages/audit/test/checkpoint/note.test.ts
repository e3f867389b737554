import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSignatures, parseNote, signNote } from '../../src/checkpoint/note.ts';
import { splitNotes } from '../../src/checkpoint/split-notes.ts';
import { isKeyName, parseVerifierKey, verifierKeyOf } from '../../src/checkpoint/verifier-key.ts';

// The note, and the keys that signed it, of the documentation of golang.org/x/mod/sumdb/note.
const TEXT =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n";
const NEUMANN = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const BY_NEUMANN =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const BY_ENOCH =
  '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';

const { privateKey } = generateKeyPairSync('ed25519');
const ours = verifierKeyOf('example.org/ours', privateKey);

it('a text of nothing but signatures is divided in no more than linear time', () => {
  const signatures = BY_ENOCH.repeat(300_000);
  expect(splitNotes(signatures)).toHaveLength(1);
});

describe('a note', () => {
  it('of the Go implementation is read and verified', () => {
    const note = parseNote(`${TEXT}\n${BY_NEUMANN}${BY_ENOCH}`);
    expect(note.text).toBe(TEXT);
    const { signers, forged, unknown } = checkSignatures(note, [parseVerifierKey(NEUMANN), ours]);
    expect(signers.map(({ text }) => text)).toEqual([NEUMANN]);
    expect(forged).toEqual([]);
    expect(unknown.map(({ name }) => name)).toEqual(['EnochRoot']);
  });

  it('that we signed is read and verified, with empty lines in it', () => {
    const texts = fc
      .array(fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll(/\p{Cc}/gu, '')))
      .map((lines) => `${lines.join('\n')}\n`);
    fc.assert(
      fc.property(texts, (text) => {
        const note = parseNote(signNote(text, ours, privateKey));
        expect(note.text).toBe(text);
        expect(checkSignatures(note, [ours]).signers).toEqual([ours]);
      }),
    );
  });

  it('with one bit changed anywhere is not verified', () => {
    const good = Buffer.from(signNote(TEXT, ours, privateKey));
    for (let i = 0; i < good.length; i++) {
      for (let bit = 0; bit < 8; bit++) {
        const bytes = Buffer.from(good);
        bytes[i] = (bytes[i] as number) ^ (1 << bit);
        expect(isVerified(bytes), `byte ${i}, bit ${bit}`).toBe(false);
      }
    }
  });

  it('signed by a known key and forged in the name of another names both', () => {
    const other = verifierKeyOf('example.org/other', generateKeyPairSync('ed25519').privateKey);
    const forgery = signNote(TEXT, { ...other, publicKey: ours.publicKey }, privateKey);
    const note = parseNote(signNote(TEXT, ours, privateKey) + forgery.slice(TEXT.length + 1));
    expect(checkSignatures(note, [ours, other])).toMatchObject({
      signers: [{ name: ours.name }],
      forged: [{ name: other.name }],
      unknown: [],
    });
  });

  it('shares the name, or the id, of a known key and is still unknown', () => {
    const [, id] = NEUMANN.split('+');
    const sameName = verifierKeyOf('PeterNeumann', privateKey);
    const note = parseNote(signNote(TEXT, sameName, privateKey));
    expect(checkSignatures(note, [parseVerifierKey(NEUMANN)]).unknown).toHaveLength(1);
    const sameId = parseNote(signNote(TEXT, { ...ours, id: id as string }, privateKey));
    expect(checkSignatures(sameId, [parseVerifierKey(NEUMANN)]).unknown).toHaveLength(1);
  });

  it.each([
    ['nothing', ''],
    ['no signature', `${TEXT}\n`],
    ['no empty line', TEXT + BY_NEUMANN],
    ['no line feed at the end', `${TEXT}\n${BY_NEUMANN.slice(0, -1)}`],
    ['text after the signatures', `${TEXT}\n${BY_NEUMANN}more\n`],
    ['a hyphen for the dash', `${TEXT}\n${BY_NEUMANN.replace('—', '-')}`],
    ['two spaces', `${TEXT}\n${BY_NEUMANN.replace('— ', '—  ')}`],
    ['a third word', `${TEXT}\n${BY_NEUMANN.replace('=\n', '= more\n')}`],
    ['padding left out', `${TEXT}\n${BY_NEUMANN.replace('=\n', '\n')}`],
    ['stray bits at the end of the base64', `${TEXT}\n${BY_NEUMANN.replace('AM=', 'AN=')}`],
    ['base64 of the web', `${TEXT}\n${BY_NEUMANN.replaceAll('/', '_')}`],
    ['a signature of a key id alone', `${TEXT}\n— PeterNeumann x08gow==\n`],
    ['a tab', `a\tb\n\n${BY_NEUMANN}`],
    ['a carriage return', `a\r\n\n${BY_NEUMANN}`],
    ['half of a surrogate pair', `\ud800\n\n${BY_NEUMANN}`],
    ['a plus in the name', `${TEXT}\n${BY_NEUMANN.replace('Peter', 'Peter+')}`],
    ['too many signatures', `${TEXT}\n${BY_NEUMANN.repeat(101)}`],
    ['a megabyte', `${'a'.repeat(1_000_000)}\n\n${BY_NEUMANN}`],
  ])('with %s is none', (_, text) => {
    expect(() => parseNote(text)).toThrow(SyntaxError);
  });
});

describe('a verifier key', () => {
  it('is the same text when it is read and made again', () => {
    const key = parseVerifierKey(NEUMANN);
    expect(key).toMatchObject({ name: 'PeterNeumann', id: 'c74f20a3', text: NEUMANN });
    expect(verifierKeyOf('PeterNeumann', key.publicKey).text).toBe(NEUMANN);
  });

  it.each([
    ['an empty text', ''],
    ['an id of another key', NEUMANN.replace('c74f20a3', 'c74f20a4')],
    ['capital letters in its id', NEUMANN.replace('c74f20a3', 'C74F20A3')],
    ['another name', NEUMANN.replace('Peter', 'Petra')],
    ['no name', NEUMANN.replace('PeterNeumann', '')],
    ['a line feed', `${NEUMANN}\n`],
    ['another algorithm', 'PeterNeumann+c74f20a3+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
    ['half of a key', NEUMANN.slice(0, -8)],
  ])('with %s is none', (_, text) => {
    expect(() => parseVerifierKey(text)).toThrow(SyntaxError);
  });

  it('has a name without white space and plus', () => {
    for (const name of ['a', 'example.org/log', 'é', '🙂']) expect(isKeyName(name), name).toBe(true);
    for (const name of ['', 'a b', 'a+b', 'a\u0085b', 'a\u00a0b', 'a\u2003b', 'a\0b', '\udc00'])
      expect(isKeyName(name), JSON.stringify(name)).toBe(false);
  });
});

function isVerified(bytes: Buffer): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return checkSignatures(parseNote(text), [ours]).signers.length > 0;
  } catch {
    return false;
  }
}
