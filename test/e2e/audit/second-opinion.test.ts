import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAudit } from '@org/instrument-audit/journal';
import {
  checkSignatures,
  type InclusionProof,
  parseCheckpoints,
  parseNote,
  parseVerifierKey,
  proveEntry,
  proveGrowth,
  verifyJournal,
} from '@org/instrument-audit/verify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildVerifier } from './build-verifier.ts';

interface Answer {
  readonly problems: string[];
  readonly texts: string[];
  readonly key: string;
  readonly note: string;
}

const directory = mkdtempSync(join(tmpdir(), 'audit-opinion-'));
let program = '';
let key = '';
let notes: string[] = [];
let sizes: number[] = [];

/** Asks `golang.org/x/mod/sumdb`. */
function ask(question: object): Answer {
  const input = JSON.stringify({ Key: key, ...question });
  const { status, stderr, stdout } = spawnSync(program, { input, encoding: 'utf8', timeout: 60_000 });
  if (status !== 0) throw new Error(`The verifier failed: ${stderr}`);
  return JSON.parse(stdout) as Answer;
}

function inclusionOf({ entry, index, leaf, path, size }: InclusionProof, root: string): object {
  return { Size: size, Index: index, Root: root, Leaf: leaf, Path: path, Line: entry };
}

/** Builds the program and writes a journal of some segments, signed now and then. */
beforeAll(async () => {
  program = buildVerifier();
  const audit = createAudit({ directory, origin: 'example.org/opinion', segmentBytes: 4_096 });
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 7; i++) audit.record({ action: 'orders.place', actor: `user:${i}`, reason: 'é🙂' });
    await audit.checkpoint();
  }
  await audit.close();
  key = readFileSync(join(directory, 'key.pub'), 'utf8').trim();
  const { checkpoints } = parseCheckpoints(readFileSync(join(directory, 'checkpoints'), 'utf8'));
  notes = checkpoints.map(({ note }) => note);
  sizes = checkpoints.map(({ size }) => size);
}, 300_000);

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('the Go implementation of notes and logs', () => {
  it('opens our checkpoints with our verifier key, and reads the same text', () => {
    const { problems, texts } = ask({ Notes: notes });
    expect(problems).toEqual([]);
    expect(texts).toEqual(notes.map((note) => parseNote(note).text));
    expect(sizes.length).toBeGreaterThanOrEqual(5);
    const spoiled = notes.map((note) => note.replace('\n7\n', '\n8\n'));
    expect(ask({ Notes: spoiled }).problems).toHaveLength(1);
  });

  it('agrees with every proof of an entry', async () => {
    const { root, size } = await verifyJournal(directory);
    const proofs: InclusionProof[] = [];
    for (let index = 0; index < size; index++) proofs.push(await proveEntry(directory, index));
    const good = proofs.map((proof) => inclusionOf(proof, root));
    expect(ask({ Inclusion: good }).problems).toEqual([]);
    const shifted = proofs.slice(1).map((proof, i) => inclusionOf({ ...proof, index: i }, root));
    expect(ask({ Inclusion: shifted }).problems).toHaveLength(size - 1);
  });

  it('agrees with every proof of growth', async () => {
    const proofs: object[] = [];
    for (const to of sizes) {
      // It has no empty tree.
      for (let from = 1; from <= to; from++) {
        const proof = await proveGrowth(directory, from, to);
        const roots = { FromRoot: proof.from.root, ToRoot: proof.to.root };
        proofs.push({ From: from, To: to, ...roots, Path: proof.path });
      }
    }
    expect(ask({ Consistency: proofs }).problems).toEqual([]);
    const spoiled = proofs.map((proof) => ({ ...proof, From: 1 + ((proof as { From: number }).From % 3) }));
    expect(ask({ Consistency: spoiled }).problems.length).toBeGreaterThan(0);
  });

  it('signs notes that we open with its verifier key', () => {
    const text =
      'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n';
    const signed = ask({ Sign: text });
    const note = parseNote(signed.note);
    expect(note.text).toBe(text);
    const theirs = parseVerifierKey(signed.key);
    expect(checkSignatures(note, [theirs]).signers).toEqual([theirs]);
  });
});
