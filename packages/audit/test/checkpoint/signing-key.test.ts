import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { InstrumentError } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkpointText, parseCheckpointText } from '../../src/checkpoint/checkpoint.ts';
import { parseCheckpoints } from '../../src/checkpoint/checkpoints-file.ts';
import { checkSignatures, parseNote } from '../../src/checkpoint/note.ts';
import { loadSigningKey } from '../../src/checkpoint/signing-key.ts';
import { parseVerifierKey } from '../../src/checkpoint/verifier-key.ts';
import { EMPTY_ROOT } from '../../src/merkle/frontier.ts';

const ORIGIN = 'example.org/journal';
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'audit-key-'));
});

afterEach(() => {
  diag.disable();
  rmSync(directory, { recursive: true, force: true });
});

function pemOf(key: KeyObject): string {
  return key.export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'pem' }) as string;
}

function errorOf(option: KeyObject | string | undefined, origin = ORIGIN): InstrumentError {
  try {
    loadSigningKey(directory, option, origin);
  } catch (error) {
    if (error instanceof InstrumentError) return error;
    throw error;
  }
  throw new Error('It was taken');
}

describe('the signing key of a journal', () => {
  it('is made for the user alone, and is the same the next time', () => {
    const made = loadSigningKey(directory, undefined, ORIGIN);
    expect(readdirSync(directory).sort()).toEqual(['key.pub', 'signing.key']);
    expect(readFileSync(join(directory, 'key.pub'), 'utf8')).toBe(`${made.verifierKey}\n`);
    if (process.platform !== 'win32') {
      for (const name of readdirSync(directory))
        expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    }
    expect(loadSigningKey(directory, undefined, ORIGIN).verifierKey).toBe(made.verifierKey);
  });

  it('signs checkpoints that its verifier key verifies', () => {
    const key = loadSigningKey(directory, undefined, ORIGIN);
    const note = parseNote(key.sign(checkpointText(ORIGIN, 0, EMPTY_ROOT)));
    expect(parseCheckpointText(note.text)).toEqual({ origin: ORIGIN, size: 0, root: EMPTY_ROOT });
    const known = parseVerifierKey(key.verifierKey);
    expect(checkSignatures(note, [known]).signers).toEqual([known]);
  });

  it('is taken as an object, as PEM, as the base64 of that, and as the path of a file, and is not copied', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const file = join(directory, 'mine.pem');
    writeFileSync(file, pemOf(privateKey), { mode: 0o600 });
    const base64 = Buffer.from(pemOf(privateKey)).toString('base64');
    const keys = [privateKey, pemOf(privateKey), base64, file].map(
      (option) => loadSigningKey(directory, option, ORIGIN).verifierKey,
    );
    expect(new Set(keys).size).toBe(1);
    expect(readdirSync(directory).sort()).toEqual(['key.pub', 'mine.pem']);
  });

  it('is refused when it is of another kind, with words for what it is', () => {
    const pairs = generateKeyPairSync('ed25519');
    const encrypted = pairs.privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'secret',
    });
    const cases: readonly (readonly [KeyObject | string, RegExp])[] = [
      [pairs.publicKey, /a public key of the kind ed25519/],
      [pemOf(pairs.publicKey), /a public key/],
      [generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, /a private key of the kind ec/],
      [encrypted as string, /an encrypted private key/],
      ['-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n', /cannot be read/],
      [join(directory, 'missing.pem'), /ENOENT/],
      [directory, /is no regular file/],
      ['', /found an empty text/],
      [42 as unknown as string, /found an integer/],
    ];
    for (const [option, expected] of cases) {
      const error = errorOf(option);
      expect(error.code).toBe('INSTRUMENT_INVALID_ARGUMENT');
      expect(error.message).toMatch(expected);
    }
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is not shown when it comes in another form', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const der = privateKey.export({ type: 'pkcs8', format: 'der' });
    const lines = pemOf(privateKey).split('\n');
    const jwk = privateKey.export({ format: 'jwk' });
    const forms = [
      lines[1],
      lines.slice(1).join('\n'),
      der.toString('base64url'),
      der.toString('hex'),
      JSON.stringify(jwk),
      `${jwk.d}`,
      `/${der.toString('base64').slice(0, 43)}=`,
      der,
      jwk,
    ];
    for (const form of forms) {
      const error = errorOf(form as string);
      const told = [error.message, inspect(error), inspect(error.cause)].join();
      expect(error.message).toContain('PEM text or the base64 of it');
      for (const piece of [String(form), lines[1], jwk.d, '[48,46'])
        expect(told).not.toContain((piece as string).slice(0, 12));
    }
  });

  it('does not change under a journal', () => {
    loadSigningKey(directory, undefined, ORIGIN);
    const another = generateKeyPairSync('ed25519').privateKey;
    expect(errorOf(another).message).toContain('signed with another key');
    expect(errorOf(undefined, 'example.org/renamed').message).toContain('signed with another key');
    rmSync(join(directory, 'signing.key'));
    expect(errorOf(undefined).message).toContain('is gone');
    expect(readdirSync(directory)).toEqual(['key.pub']);
  });

  it('that others can read is used, with a warning', () => {
    if (process.platform === 'win32') return;
    loadSigningKey(directory, undefined, ORIGIN);
    const warn = vi.fn<(message: string) => void>();
    const silent = () => {};
    diag.setLogger({ error: silent, warn, info: silent, debug: silent, verbose: silent }, DiagLogLevel.WARN);
    loadSigningKey(directory, undefined, ORIGIN);
    expect(warn).not.toHaveBeenCalled();
    chmodSync(join(directory, 'signing.key'), 0o644);
    loadSigningKey(directory, undefined, ORIGIN);
    expect(warn.mock.calls.flat().join()).toContain('mode 0644');
  });

  it('is not read from a file that is larger than that of any key', () => {
    for (const name of ['signing.key', 'key.pub']) {
      loadSigningKey(directory, undefined, ORIGIN);
      truncateSync(join(directory, name), 3 * 2 ** 30);
      expect(errorOf(undefined).message).toContain(`${name} has 3,221,225,472 bytes`);
      for (const each of readdirSync(directory)) rmSync(join(directory, each));
    }
  });

  it('that cannot be made says where and why', () => {
    const error = (() => {
      try {
        return loadSigningKey(join(directory, 'missing'), undefined, ORIGIN);
      } catch (caught) {
        return caught as InstrumentError;
      }
    })() as InstrumentError;
    expect(error.code).toBe('INSTRUMENT_AUDIT_UNAVAILABLE');
    expect(error.message).toContain('signing.key: ENOENT');
  });

  it('belongs to a journal whose name can be the name of a key', () => {
    for (const origin of ['', 'a b', 'a+b']) expect(errorOf(undefined, origin).message).toContain('origin');
  });
});

describe('the file of checkpoints', () => {
  it('is read up to what is not complete or not well formed', () => {
    const key = loadSigningKey(directory, undefined, ORIGIN);
    const note = (size: number) => `${key.sign(checkpointText(ORIGIN, size, EMPTY_ROOT))}\n`;
    const good = note(1) + note(20);
    const read = parseCheckpoints(good);
    expect(read).toMatchObject({ goodBytes: Buffer.byteLength(good), problem: undefined, isTorn: false });
    expect(read.checkpoints.map(({ size, line }) => [size, line])).toEqual([
      [1, 1],
      [20, 7],
    ]);
    expect(read.checkpoints[1]?.offset).toBe(Buffer.byteLength(note(1)));
    expect(`${read.checkpoints[1]?.note}\n`).toBe(note(20));

    expect(parseCheckpoints('')).toMatchObject({ checkpoints: [], goodBytes: 0, problem: undefined });
    for (let cut = 1; cut < note(3).length; cut++) {
      const torn = parseCheckpoints(good + note(3).slice(0, cut));
      expect(torn).toMatchObject({ goodBytes: Buffer.byteLength(good), isTorn: true });
      expect(torn.checkpoints).toHaveLength(2);
    }
    const broken = parseCheckpoints(note(1) + note(20).replace('20', '020') + note(3));
    expect(broken).toMatchObject({ goodBytes: Buffer.byteLength(note(1)), isTorn: false });
    expect(broken.problem).toContain('size');
  });
});

describe('the text of a checkpoint', () => {
  it.each([
    ['two lines', `${ORIGIN}\n1\n`],
    ['an empty origin', `\n1\n${EMPTY_ROOT}\n`],
    ['an empty line after it', `${ORIGIN}\n1\n${EMPTY_ROOT}\n\n`],
    ['no line feed at its end', `${ORIGIN}\n1\n${EMPTY_ROOT}`],
    ['a negative size', `${ORIGIN}\n-1\n${EMPTY_ROOT}\n`],
    ['a size with a sign', `${ORIGIN}\n+1\n${EMPTY_ROOT}\n`],
    ['a size beyond what can be counted', `${ORIGIN}\n9007199254740993\n${EMPTY_ROOT}\n`],
    ['a short root', `${ORIGIN}\n1\nAAAA\n`],
  ])('with %s is none', (_, text) => {
    expect(() => parseCheckpointText(text)).toThrow(SyntaxError);
  });

  it('may have lines of extension', () => {
    expect(parseCheckpointText(`${ORIGIN}\n12\n${EMPTY_ROOT}\nmore\n`).size).toBe(12);
  });

  it('is refused for what cannot be a state of a journal', () => {
    expect(() => checkpointText('a b', 1, EMPTY_ROOT)).toThrow(SyntaxError);
    expect(() => checkpointText(ORIGIN, 1.5, EMPTY_ROOT)).toThrow(SyntaxError);
    expect(() => checkpointText(ORIGIN, 1, 'AAAA')).toThrow(SyntaxError);
  });
});
