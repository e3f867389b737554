import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EntryContent } from '../src/operation/entry.ts';

/** What a journal is to be made of. */
export interface JournalPlan {
  /** Default `example.org/journal`. */
  readonly origin?: string;
  /** Entries of each segment. All but the last are sealed. */
  readonly segments: readonly (readonly EntryContent[])[];
  /** Whether the last segment is sealed as well. Default `false`. */
  readonly sealLast?: boolean;
  /** Sizes that are signed, ascending. Default: that of the whole journal. */
  readonly checkpoints?: readonly number[];
  /** How many segments, from the first on, have only their hashes left. Default 0. */
  readonly pruned?: number;
  /** Whether the pruning is put on record with an entry at the end of the last segment. Default: when there is any. */
  readonly recordPruning?: boolean;
  /** Default: a new one. */
  readonly privateKey?: KeyObject;
}

/** A journal that was built, and what is known of it. */
export interface BuiltJournal {
  readonly directory: string;
  readonly origin: string;
  readonly privateKey: KeyObject;
  readonly verifierKey: string;
  /** Lines of all entries, without line feeds. */
  readonly lines: readonly string[];
  /** Leaf hash of each entry, base64. */
  readonly leaves: readonly string[];
  readonly size: number;
  readonly root: string;
  /** Names of the files of segments, in order. */
  readonly files: readonly string[];
  /** Root of the first `size` entries, base64. */
  rootAt(size: number): string;
  /** Signed note of the state with `size` entries, as in the file but for the empty line after it. */
  note(size: number): string;
}

/** An entry of the least that one has; `more` is added. Times follow `index`. */
export function content(index: number, more: Partial<EntryContent> = {}): EntryContent {
  const time = new Date(Date.UTC(2026, 10, 25, 12) + index).toISOString();
  return { action: 'orders.place', actor: { id: `user:${index}` }, outcome: 'success', time, ...more };
}

/** Entries of {@link content}, of `from` and as many as `count`. */
export function contents(count: number, from = 0): EntryContent[] {
  return Array.from({ length: count }, (_, i) => content(from + i));
}

/**
 * Writes a journal into a directory, from the description of its format alone: slow and plain, so that it can be told
 * apart from the code that it tests.
 */
export function buildJournal(directory: string, plan: JournalPlan): BuiltJournal {
  const { origin = 'example.org/journal', pruned = 0, sealLast = false } = plan;
  const privateKey = plan.privateKey ?? generateKeyPairSync('ed25519').privateKey;
  const segments = plan.segments.map((entries) => [...entries]);
  const keptFrom = segments.slice(0, pruned).flat().length;
  if (plan.recordPruning ?? pruned > 0) {
    segments.at(-1)?.push({
      action: 'audit.journal.pruned',
      attributes: { earlier: [], first: 0, last: keptFrom - 1 },
      outcome: 'success',
      time: segments.flat().at(-1)?.time ?? content(0).time,
    });
  }
  const lines: string[] = [];
  const leaves: string[] = [];
  const files: string[] = [];
  let open: number[] = [];

  mkdirSync(join(directory, 'segments'), { recursive: true, mode: 0o700 });
  for (const [number, entries] of segments.entries()) {
    const first = lines.length;
    const digits = String(first).padStart(16, '0');
    const text: string[] = [
      canonical({
        segment: { first, frontier: frontier(leaves), open, origin, prev: leaves.at(-1) ?? '', version: 1 },
      }),
    ];
    for (const entry of entries) {
      const index = lines.length;
      const line = canonical({ entry, index, prev: leaves.at(-1) ?? '' });
      lines.push(line);
      leaves.push(sha256(Buffer.of(0), Buffer.from(line)).toString('base64'));
      text.push(line);
      if (entry.phase === 'started') open = [...open, index];
      if (entry.phase === 'ended') open = open.filter((started) => started !== entry.started);
    }
    if (number < segments.length - 1 || sealLast) {
      const from = entries[0]?.time ?? '';
      const to = entries.at(-1)?.time ?? '';
      const head = leaves.at(-1) ?? '';
      text.push(
        canonical({ seal: { from, frontier: frontier(leaves), head, open, size: lines.length, to } }),
      );
    }
    const isPruned = number < pruned;
    const name = `${digits}.${isPruned ? 'hashes' : 'jsonl'}`;
    files.push(name);
    const hashes = Buffer.concat(leaves.slice(first).map((leaf) => Buffer.from(leaf, 'base64')));
    write(join(directory, 'segments', name), isPruned ? hashes : `${text.join('\n')}\n`);
  }

  const { keyId, verifierKey } = describeKey(origin, privateKey);
  const rootAt = (size: number) => treeHash(leaves.slice(0, size)).toString('base64');
  const note = (size: number) => {
    const body = `${origin}\n${size}\n${rootAt(size)}\n`;
    const signature = Buffer.concat([keyId, sign(null, Buffer.from(body), privateKey)]).toString('base64');
    return `${body}\n— ${origin} ${signature}\n`;
  };
  const sizes = plan.checkpoints ?? [lines.length];
  write(join(directory, 'checkpoints'), sizes.map((size) => `${note(size)}\n`).join(''));
  write(join(directory, 'key.pub'), `${verifierKey}\n`);
  const [size, root] = [lines.length, rootAt(lines.length)];
  return { directory, origin, privateKey, verifierKey, lines, leaves, size, root, files, rootAt, note };
}

/** Root of a tree, by the recursive definition of RFC 6962, 2.1. */
export function treeHash(leaves: readonly string[]): Buffer {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return Buffer.from(leaves[0] as string, 'base64');
  const split = largestPowerOfTwoBelow(leaves.length);
  return sha256(Buffer.of(1), treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}

/** Roots of the complete subtrees, largest first, base64. */
function frontier(leaves: readonly string[]): string[] {
  const roots: string[] = [];
  for (let rest = leaves; rest.length > 0; ) {
    const size = largestPowerOfTwoBelow(rest.length + 1);
    roots.push(treeHash(rest.slice(0, size)).toString('base64'));
    rest = rest.slice(size);
  }
  return roots;
}

/** The largest power of two smaller than `n`. */
export function largestPowerOfTwoBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

/** Canonical JSON (RFC 8785) of what JSON can say. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
}

function describeKey(origin: string, privateKey: KeyObject): { keyId: Buffer; verifierKey: string } {
  // The last 32 bytes of SubjectPublicKeyInfo are the key itself (RFC 8410, section 4).
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const encoded = Buffer.concat([Buffer.of(1), spki.subarray(-32)]);
  const keyId = sha256(Buffer.from(`${origin}\n`), encoded).subarray(0, 4);
  return { keyId, verifierKey: `${origin}+${keyId.toString('hex')}+${encoded.toString('base64')}` };
}

function sha256(...parts: readonly Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

function write(file: string, data: string | Buffer): void {
  writeFileSync(file, data, { mode: 0o600 });
}
