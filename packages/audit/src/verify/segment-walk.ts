import { counted } from '@org/instrument-core';
import { blameState } from './blame-state.ts';
import { checkHeader } from './check-header.ts';
import { diagnoseEntry, type Resume } from './diagnose-entry.ts';
import { diagnoseSeal } from './diagnose-seal.ts';
import { fileOf, type Place } from './findings.ts';
import type { Part } from './layout.ts';
import type { LineSource, SourceLine } from './line-source.ts';
import { type EntryLine, looksLikeSeal, type ReadLine, readLine } from './read-line.ts';
import { firstLine, linesOf } from './segment-lines.ts';
import type { Walk } from './walk.ts';

/** Lines that are looked at ahead to find out which of two was changed. */
const AHEAD = 3;

/** Checks one segment, line after line. */
export class SegmentWalk {
  readonly #walk: Walk;
  readonly #part: Part;
  readonly #source: LineSource;
  #isSealed = false;
  /** The last entry that was read, for as long as nothing vouches for it. */
  #lastEntry: EntryLine | undefined;

  constructor(walk: Walk, part: Part, source: LineSource) {
    this.#walk = walk;
    this.#part = part;
    this.#source = source;
  }

  /** The last entry of a segment that was not sealed. */
  get lastEntry(): EntryLine | undefined {
    return this.#lastEntry;
  }

  /** @throws the error of the file system, and what the signal was aborted with. */
  async run(): Promise<void> {
    const { findings, onRead, stand } = this.#walk;
    await checkHeader(this.#walk, this.#part, this.#source);
    if (this.#walk.isOfAnotherVersion) return;
    for (let isEnded = false; !findings.isFull; ) {
      const raw = this.#source.take();
      if (raw === undefined) {
        if (isEnded) break;
        const bytes = await this.#source.fill();
        isEnded = bytes === 0;
        onRead(bytes);
      } else if (this.#isSealed) {
        findings.fail(
          'inserted',
          stand.size,
          this.#place(raw),
          'A line stands after the seal of the segment.',
        );
        return;
      } else if (!raw.isComplete) {
        await this.#endUnfinished(raw);
        return;
      } else {
        await this.#check(readLine(raw));
      }
    }
    if (this.#isSealed || this.#isLast || findings.isFull) return;
    const missing = await this.#missingFrom();
    const message =
      missing === undefined ? 'The seal of the segment is missing.' : `The segment ends before its end.`;
    findings.fail('removed', missing, fileOf(this.#part.file), message);
  }

  async #check(line: ReadLine): Promise<void> {
    const { stand } = this.#walk;
    if (line.kind === 'entry' && line.link.index === stand.size && line.link.prev === stand.head) {
      await this.#accept(line, line.leaf);
    } else if (line.kind === 'seal') {
      await this.#checkSeal(line);
    } else if (line.kind === 'unreadable' && looksLikeSeal(line.text)) {
      const message = `The seal of the segment was changed: it ${line.why}.`;
      this.#walk.findings.fail('changed', undefined, this.#place(line), message);
      await this.#vouch();
      this.#isSealed = true;
    } else {
      await this.#diagnose(line);
    }
  }

  async #accept(line: EntryLine, leaf: string): Promise<void> {
    const { counts, removals, stand, states } = this.#walk;
    await this.#vouch();
    const place = this.#place(line);
    states.mark(stand.size, place);
    removals.add(stand.size, line.entry);
    stand.add(leaf, place);
    stand.follow(line);
    this.#lastEntry = line;
    counts.entries++;
  }

  /** What follows says that the last entry is as it was recorded. */
  async #vouch(): Promise<void> {
    const { findings, stand, states } = this.#walk;
    if (stand.lastProblem !== undefined && stand.last !== undefined) {
      const index = stand.size - 1;
      findings.fail(
        'malformed',
        index,
        stand.last,
        `Entry ${index} ${stand.lastProblem}; it was recorded like that.`,
      );
    }
    stand.lastProblem = undefined;
    stand.confirm();
    this.#lastEntry = undefined;
    if (stand.confirmed >= states.nextSize) {
      await states.reach(stand, (state) => blameState(this.#walk, this.#part, state));
    }
  }

  async #checkSeal(line: Extract<ReadLine, { kind: 'seal' }>): Promise<void> {
    const { findings, stand } = this.#walk;
    this.#isSealed = true;
    if (line.text === stand.seal()) return this.#vouch();
    const [next] = await this.#ahead(1);
    if (stand.tree === undefined || stand.open === undefined) {
      // Something before it was damaged, and that was said: only what can be told is compared.
      if (line.link.index === stand.size && line.link.prev === stand.head) return this.#vouch();
    }
    const verdict = diagnoseSeal(line.seal, stand, next);
    const place = verdict.isBefore ? (stand.last ?? this.#place(line)) : this.#place(line);
    findings.fail(verdict.kind, verdict.index, place, verdict.message);
    if (verdict.correct !== undefined) stand.head = verdict.correct;
    stand.lastProblem = undefined;
    if (verdict.kind === 'reordered' || line.link.index !== stand.size)
      stand.jump(line.link.index, line.link.prev);
    await this.#vouch();
  }

  async #diagnose(line: ReadLine): Promise<void> {
    const { findings, stand, states } = this.#walk;
    const verdict = await diagnoseEntry({
      stand,
      line,
      after: await this.#ahead(AHEAD),
      state: states.next,
      isDueLater: () =>
        this.#findLater(line, ({ link }) => link.index === stand.size && link.prev === stand.head),
      comesLater: (leaf) => this.#findLater(line, (later) => later.leaf === leaf),
    });
    const place = verdict.isBefore ? (stand.last ?? this.#place(line)) : this.#place(line);
    findings.fail(verdict.kind, verdict.index, place, verdict.message);
    if (!findings.isFull) await this.#resume(verdict.resume, line);
  }

  async #resume(resume: Resume, line: ReadLine): Promise<void> {
    const { stand } = this.#walk;
    switch (resume.how) {
      case 'skip':
        return;
      case 'take': {
        await this.#vouch();
        stand.add(resume.leaf, this.#place(line));
        // What it said of operations that are open cannot be relied on.
        stand.open = undefined;
        return;
      }
      case 'correct':
        stand.head = resume.leaf;
        stand.lastProblem = undefined;
        stand.open = undefined;
        return this.#check(line);
      case 'replace':
        if (line.kind !== 'entry') return;
        stand.head = line.leaf;
        stand.last = this.#place(line);
        stand.open = undefined;
        return;
      case 'jump':
        stand.jump(resume.link.index, resume.link.prev);
        if (line.link === resume.link) await this.#check(line);
    }
  }

  /** A last line that no line feed ends. */
  async #endUnfinished(raw: SourceLine): Promise<void> {
    const { findings, stand, states } = this.#walk;
    const place = this.#place(raw);
    // With another byte in the place of the line feed, it is whole but for that.
    const whole = readLine({ ...raw, bytes: raw.bytes.subarray(0, -1) });
    const isEntry = whole.link?.index === stand.size && whole.link.prev === stand.head;
    if (whole.kind === 'seal' && whole.text === stand.seal()) {
      findings.fail('changed', undefined, place, 'The line feed after the seal of the segment was changed.');
      await this.#vouch();
      return;
    }
    if (whole.kind === 'entry' && isEntry) await this.#vouch();
    const isCovered = states.nextSize > stand.size && states.nextSize !== Number.POSITIVE_INFINITY;
    if (whole.kind === 'entry' && isEntry && (isCovered || !this.#isLast)) {
      findings.fail('changed', stand.size, place, `The line feed after entry ${stand.size} was changed.`);
      return;
    }
    if (this.#isLast) {
      const bytes = raw.bytes.length;
      findings.notice(
        `The last line of ${this.#part.file} is not complete (${counted(bytes, 'byte')} from byte ${raw.offset}): it is being ` +
          'written, or a crash has left it. Nobody was told that it is on record.',
      );
      return;
    }
    const isSeal = looksLikeSeal(raw.bytes.toString()) || (await this.#missingFrom()) === undefined;
    const index = isSeal ? undefined : stand.size;
    findings.fail('removed', index, place, 'The end of the segment is missing.');
  }

  /** The next lines; the header of the next segment stands after the last. */
  async #ahead(count: number): Promise<ReadLine[]> {
    const lines: ReadLine[] = [];
    while (lines.length < count) {
      const raw = await this.#source.peek(lines.length);
      if (raw === undefined) break;
      lines.push(readLine(raw));
    }
    const next = this.#next;
    if (lines.length === count || next?.kind !== 'segment') return lines;
    const header = await firstLine(next.path);
    return header?.kind === 'header' ? [...lines, header] : lines;
  }

  /** Whether there is such an entry after a line. */
  async #findLater({ offset }: ReadLine, isIt: (line: EntryLine) => boolean): Promise<boolean> {
    const { onRead } = this.#walk;
    for await (const line of linesOf(this.#part.path, () => onRead(0))) {
      if (line.offset > offset && line.kind === 'entry' && isIt(line)) return true;
    }
    return false;
  }

  /** The first entry that is missing before the next segment. */
  async #missingFrom(): Promise<number | undefined> {
    const { stand } = this.#walk;
    const next = this.#next;
    return next !== undefined && next.first > stand.size ? stand.size : undefined;
  }

  get #next(): Part | undefined {
    const { parts } = this.#walk;
    return parts[parts.indexOf(this.#part) + 1];
  }

  get #isLast(): boolean {
    return this.#next === undefined;
  }

  #place({ number, offset }: { readonly number: number; readonly offset: number }): Place {
    return { file: this.#part.file, line: number, offset };
  }
}
