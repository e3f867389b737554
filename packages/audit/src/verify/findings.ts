import { visibleText } from '@org/instrument-core';
import type { FailureKind, VerificationFailure } from './verification.ts';

/** Where something stands. */
export interface Place {
  /** Relative to the directory of the journal. */
  readonly file: string;
  readonly line: number | undefined;
  readonly offset: number | undefined;
}

/** A file as a place. */
export function fileOf(file: string): Place {
  return { file, line: undefined, offset: undefined };
}

/** What verification has found so far. What it says is text on one line, whatever names are in it. */
export class Findings {
  readonly failures: VerificationFailure[] = [];
  readonly notices: string[] = [];
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** Whether there are as many as were asked for. */
  get isFull(): boolean {
    return this.failures.length >= this.#max;
  }

  fail(kind: FailureKind, index: number | undefined, place: Place, message: string): void {
    if (this.isFull) return;
    const { file, line, offset } = place;
    this.failures.push({ kind, index, file, line, offset, message: visibleText(message) });
  }

  notice(text: string): void {
    this.notices.push(visibleText(text));
  }
}
