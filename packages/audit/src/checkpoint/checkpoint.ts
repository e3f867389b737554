import { isDigest } from './base64.ts';
import { isKeyName } from './verifier-key.ts';

/** What a checkpoint says, whoever signed it. */
export interface CheckpointBody {
  /** Name of the journal. */
  readonly origin: string;
  /** Entries in it. */
  readonly size: number;
  /** Root of their Merkle tree, base64. */
  readonly root: string;
}

/** Text of a checkpoint (C2SP tlog-checkpoint, "Note text"): origin, size and root, a line each. */
export function checkpointText(origin: string, size: number, rootBase64: string): string {
  if (!isKeyName(origin)) throw new SyntaxError(`${JSON.stringify(origin)} cannot be the name of a journal`);
  if (!Number.isSafeInteger(size) || size < 0) throw new SyntaxError(`${size} is no size of a journal`);
  if (!isDigest(rootBase64)) throw new SyntaxError('The root is not the base64 of 32 bytes');
  return `${origin}\n${size}\n${rootBase64}\n`;
}

/**
 * Reads the text of a checkpoint. Lines after the third are extensions, which are ignored.
 *
 * @throws {SyntaxError} for anything else.
 */
export function parseCheckpointText(text: string): CheckpointBody {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length < 3 || lines.includes('')) {
    throw new SyntaxError('A checkpoint has three lines, none of them empty');
  }
  const [origin, digits, root] = lines as [string, string, string];
  const size = Number(digits);
  if (!/^(0|[1-9]\d*)$/.test(digits) || !Number.isSafeInteger(size)) {
    throw new SyntaxError(`The size of a checkpoint is a number, not ${JSON.stringify(digits.slice(0, 40))}`);
  }
  if (!isDigest(root)) throw new SyntaxError('The root of a checkpoint is not the base64 of 32 bytes');
  return { origin, size, root };
}
