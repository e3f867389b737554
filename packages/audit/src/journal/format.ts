/**
 * The files of a journal. Everything that verification reads is determined byte for byte by the entries themselves, so
 * that no byte can change unnoticed:
 *
 * - `segments/<first index, 16 digits>.jsonl`: one line each, ended by a line feed, in canonical JSON (RFC 8785):
 *   - a header `{"segment":{"first":…,"frontier":[…],"open":[…],"origin":…,"prev":…,"version":1}}`;
 *   - entries `{"entry":{…},"index":…,"prev":…}`, where `prev` is the leaf hash of the entry before, base64, and the
 *     empty text for the first of all;
 *   - when the segment is closed, a seal `{"seal":{"from":…,"frontier":[…],"head":…,"open":[…],"size":…,"to":…}}`.
 * - `segments/<first>.hashes`: what retention leaves of a closed segment, the leaf hashes of its entries, 32 bytes each.
 * - `checkpoints`: signed notes (C2SP tlog-checkpoint), one after the other, each followed by an empty line.
 * - `key.pub`: the verifier key of the checkpoints (C2SP signed-note, "verifier keys"), and a line feed.
 *
 * `lock`, `signing.key` and `subjects` are no part of the evidence.
 *
 * Leaf hashes are SHA-256 of a zero byte and the line of an entry without its line feed; nodes are SHA-256 of a byte
 * of 1 and both children (RFC 6962, section 2.1). `frontier` are the roots of the complete subtrees that a tree of the
 * given size consists of, largest first, base64.
 */
export const FORMAT_VERSION = 1;

export const SEGMENTS = 'segments';
export const CHECKPOINTS = 'checkpoints';
export const VERIFIER_KEY = 'key.pub';
export const SIGNING_KEY = 'signing.key';
export const SUBJECTS = 'subjects';
/** Where recovery keeps what it has cut off. */
export const TORN = 'torn';

const DIGITS = 16;
const SEGMENT_NAME = /^(\d{16})\.jsonl$/;
const HASHES_NAME = /^(\d{16})\.hashes$/;

const DRAFT_NAME = /^\d{16}\.hashes\.[0-9a-f]+\.draft$/;

/** Where a segment begins: all of it follows from the entries before. */
export interface SegmentHeader {
  /** Index of the first entry. */
  readonly first: number;
  /** Frontier of the tree of the entries before. */
  readonly frontier: readonly string[];
  /** Indexes of the operations that have started and not ended, ascending. */
  readonly open: readonly number[];
  /** Name of the journal, as in its checkpoints. */
  readonly origin: string;
  /** Leaf hash of the entry before; empty at the very beginning. */
  readonly prev: string;
  readonly version: number;
}

/** Where a segment ends: all of it follows from its entries. */
export interface SegmentSeal {
  /** Time of its first and last entry; empty for a segment without entries. */
  readonly from: string;
  readonly to: string;
  readonly frontier: readonly string[];
  /** Leaf hash of the last entry so far. */
  readonly head: string;
  readonly open: readonly number[];
  /** Entries in the journal up to here. */
  readonly size: number;
}

/** Name of a segment's file, by the index of its first entry. */
export function segmentName(first: number): string {
  return `${String(first).padStart(DIGITS, '0')}.jsonl`;
}

/** Name of the file of leaf hashes that retention leaves of a segment. */
export function hashesName(first: number): string {
  return `${String(first).padStart(DIGITS, '0')}.hashes`;
}

/** First index of a segment by the name of its file; `undefined` for another file. */
export function firstOfSegment(name: string): number | undefined {
  const match = SEGMENT_NAME.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** First index of a file of hashes by its name; `undefined` for another file. */
export function firstOfHashes(name: string): number | undefined {
  const match = HASHES_NAME.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** Name of a file of hashes that is being written; `token` tells two of them apart. */
export function draftName(first: number, token: string): string {
  return `${hashesName(first)}.${token}.draft`;
}

/** Whether a file is such a draft. */
export function isDraft(name: string): boolean {
  return DRAFT_NAME.test(name);
}

/** Line of a header, without its line feed. */
export function headerLine({ first, frontier, open, origin, prev, version }: SegmentHeader): string {
  return JSON.stringify({ segment: { first, frontier, open, origin, prev, version } });
}

/** Line of a seal, without its line feed. */
export function sealLine({ from, frontier, head, open, size, to }: SegmentSeal): string {
  return JSON.stringify({ seal: { from, frontier, head, open, size, to } });
}

/** Line of an entry, without its line feed; `entry` is canonical JSON. */
export function entryLine(entry: string, index: number, prev: string): string {
  return `{"entry":${entry},"index":${index},"prev":"${prev}"}`;
}
