import type { Encoding } from './codec.ts';

/** What a worker is to do. */
export interface Task {
  readonly path: string;
  /** Directory of the objects. */
  readonly objects: string;
}

/** What a worker has done. */
export interface Outcome {
  readonly path: string;
  readonly bytes: number;
  readonly compressedBytes: number;
  /** SHA-256, hexadecimal. */
  readonly digest: string;
  readonly encoding: Encoding;
  /** File of the compressed content, below the directory of the objects. */
  readonly object: string;
}
