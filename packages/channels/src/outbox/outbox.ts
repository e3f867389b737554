import { basename, join } from 'node:path';
import { counted, DoublingWait, reportFault, tell } from '@org/instrument-core';
import { warnOfOthers } from '@org/instrument-core/directory';
import type { DeadLetter } from '../channels.ts';
import type { Clock } from '../delivery/clock.ts';
import type { Condition, Elsewhere, OpenConditions } from '../notification/open-conditions.ts';
import type { NotificationSource } from '../notification.ts';
import { atExit } from './at-exit.ts';
import { ConditionFile } from './condition-file.ts';
import { scopeOf } from './condition-lines.ts';
import { ConditionsElsewhere } from './conditions-elsewhere.ts';
import { DeadLetterFile } from './dead-letter-file.ts';
import { fileNameOf } from './file-name.ts';
import { Journal } from './journal.ts';
import { channelsIn, type Slot, slotsIn, takeLeftSlot, takeSlot } from './slot.ts';

/** How often it looks for what processes have left that died meanwhile, and tries to open a directory that it could not. */
const LOOK_MILLIS = 30_000;
const FIRST_RETRY_MILLIS = 1_000;

/** Who takes what is in the outbox of a channel. */
export interface OutboxReader {
  readonly name: string;
  /** What a journal has found is to be delivered; `isOwn`: what comes is to be put there. */
  attach(journal: Journal, isOwn: boolean): void;
  /** What is in the journal has become another process's. */
  detach(journal: Journal): void;
}

/** What an outbox is given. */
export interface OutboxOptions {
  readonly directory: string;
  readonly clock: Clock;
  /** What is open in this process. */
  readonly conditions: OpenConditions;
  /** Whose they are. */
  readonly source: NotificationSource;
  /** Conditions of these keys were left open by processes of the same service that are gone. */
  readonly onLeftOpen: (keys: readonly string[]) => void;
  readonly onFault: (channel: string) => void;
  readonly onDamage: (channel: string, lines: number) => void;
  readonly onLettersLost: (letters: number) => void;
}

interface OpenSlot {
  readonly slot: Slot;
  readonly journals: ReadonlyMap<OutboxReader, Journal>;
}

/**
 * The directory of all outboxes: a slot of its own for this process, and those that other processes have left, which it holds until
 * they are empty. Never throws: while the directory cannot be opened, what comes stays in memory.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #readers: readonly OutboxReader[];
  readonly #deadLetters: DeadLetterFile;
  readonly #conditions: ConditionFile;
  readonly #elsewhere: ConditionsElsewhere;
  #own: OpenSlot | undefined;
  readonly #left: OpenSlot[] = [];
  readonly #retry = new DoublingWait(FIRST_RETRY_MILLIS, LOOK_MILLIS);
  #cancel: () => void = () => {};
  #hasLooked = false;
  #isClosed = false;
  readonly #offExit: () => void;

  constructor(options: OutboxOptions, readers: readonly OutboxReader[]) {
    this.#options = options;
    this.#readers = readers;
    this.#deadLetters = new DeadLetterFile({
      onFault: (error) => reportFault('channels', 'writing dead letters', error),
      onLost: options.onLettersLost,
    });
    const scope = scopeOf(options.source);
    this.#conditions = new ConditionFile(options.conditions, scope);
    this.#elsewhere = new ConditionsElsewhere(options.directory, scope, () =>
      this.#own === undefined ? [] : this.#others(),
    );
    this.#offExit = atExit(() => this.#write());
  }

  /** What others have told of. */
  get elsewhere(): Elsewhere {
    return this.#elsewhere;
  }

  /** Opens the directory, and gives what is in it to the readers. */
  open(): void {
    try {
      const slot = takeSlot(this.#options.directory, () => this.#lost(this.#own));
      this.#own = this.#openSlot(slot, true);
      this.#deadLetters.open(slot.path);
      this.#keepConditions(slot.path);
      this.#tellOfStrangers(slot.path);
      if (!this.#hasLooked) {
        warnOfOthers(
          this.#options.directory,
          'channels: the directory of the outboxes',
          'can take out what waits, and put in what is sent',
        );
      }
      this.#hasLooked = true;
      this.#retry.reset();
    } catch (error) {
      reportFault('channels', 'opening the directory of the outboxes', error);
      for (const { name } of this.#readers) this.#options.onFault(name);
    }
  }

  /** Takes what dead processes have left, from now on again and again. */
  adopt(): void {
    if (this.#isClosed) return;
    this.#cancel();
    if (this.#own === undefined) this.open();
    else this.#keepConditions(this.#own.slot.path);
    if (this.#own !== undefined) {
      this.#giveBackEmpty();
      this.#takeLeft();
    }
    const millis = this.#own === undefined ? this.#retry.next() : LOOK_MILLIS;
    this.#cancel = this.#options.clock.after(millis, () => this.adopt());
  }

  /** Keeps a dead letter; it is written before its journal says so. */
  bury(letter: DeadLetter): void {
    this.#deadLetters.add(letter);
  }

  /** A condition has begun, become worse, or is over. */
  remember(key: string, condition: Condition | undefined): void {
    this.#conditions.note(key, condition);
  }

  /** Writes everything, as far as the disk takes it: what is not on disk after this, will not be. */
  writeNow(): void {
    for (const { journals } of this.#all) for (const journal of journals.values()) journal.writeNow();
  }

  /** Writes and syncs everything, and gives the directory back. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancel();
    this.#offExit();
    this.#deadLetters.write();
    for (const { journals } of this.#all) for (const journal of journals.values()) journal.close();
    this.#deadLetters.close();
    this.#conditions.write();
    this.#elsewhere.write();
    this.#conditions.detach();
    // Last: from then on it may be another process's.
    for (const { slot } of this.#all) slot.lock.release();
  }

  get #all(): readonly OpenSlot[] {
    return this.#own === undefined ? this.#left : [this.#own, ...this.#left];
  }

  #write(): void {
    this.#deadLetters.write();
    for (const { journals } of this.#all) for (const journal of journals.values()) journal.write();
    this.#conditions.write();
    this.#elsewhere.write();
  }

  #openSlot(slot: Slot, isOwn: boolean): OpenSlot {
    const journals = new Map<OutboxReader, Journal>();
    for (const reader of this.#readers) {
      const journal = this.#journalOf(reader.name, slot.path);
      if (!isOwn && journal.size === 0) {
        journal.close();
        continue;
      }
      journals.set(reader, journal);
      reader.attach(journal, isOwn);
    }
    return { slot, journals };
  }

  #journalOf(channel: string, slot: string): Journal {
    const { clock, onFault, onDamage } = this.#options;
    return new Journal({
      directory: join(slot, fileNameOf(channel)),
      channel,
      clock,
      beforeWrite: () => this.#deadLetters.write(),
      onFault: (error) => {
        if (error === undefined) {
          tell('info', `The outbox of the channel ${channel} is on disk again.`);
          return;
        }
        reportFault('channels', `keeping the outbox of the channel ${channel} on disk`, error);
        onFault(channel);
      },
      onDamage: (lines) => {
        const what = counted(lines, 'line was damaged, and is', 'lines were damaged, and are');
        const error = new Error(`${what} kept in the file damaged`);
        reportFault('channels', `reading the outbox of the channel ${channel}`, error);
        onDamage(channel, lines);
      },
    });
  }

  /** Slots that this process does not hold. Never throws. */
  #others(): readonly string[] {
    const held = this.#all.map(({ slot }) => slot.path);
    try {
      return slotsIn(this.#options.directory).filter((path) => !held.includes(path));
    } catch (error) {
      reportFault('channels', 'looking for outboxes that were left', error);
      return [];
    }
  }

  #takeLeft(): void {
    const wanted = new Set(this.#readers.map(({ name }) => fileNameOf(name)));
    const isWanted = (path: string): boolean => channelsIn(path).some((name) => wanted.has(name));
    for (const path of this.#others()) {
      let opened: OpenSlot | undefined;
      tryToTake(() => {
        const slot = takeLeftSlot(path, isWanted, () => this.#lost(opened));
        if (slot === undefined) return;
        opened = this.#openSlot(slot, false);
        this.#left.push(opened);
        // Nobody but this process could, for as long as it holds the slot.
        this.#elsewhere.take(path);
      });
    }
  }

  /** Keeps what is open here in the slot, whatever the disk did not take before, and looks for what others have left open. */
  #keepConditions(slot: string): void {
    tryToTake(() => {
      if (this.#conditions.isOpen) return;
      // What is in the slot is not this process's own.
      this.#elsewhere.take(slot);
      this.#conditions.open(slot);
    });
    this.#conditions.write();
    this.#elsewhere.write();
    this.#options.onLeftOpen(this.#elsewhere.keysLeft());
  }

  #giveBackEmpty(): void {
    for (const opened of [...this.#left]) {
      if ([...opened.journals.values()].some(({ size }) => size > 0)) continue;
      for (const journal of opened.journals.values()) journal.close();
      opened.slot.lock.release();
      this.#left.splice(this.#left.indexOf(opened), 1);
    }
  }

  /** This process was held up for so long that another one has taken the slot. */
  #lost(opened: OpenSlot | undefined): void {
    if (opened === undefined) return;
    reportFault(
      'channels',
      'holding a slot of the outboxes',
      new Error(`${opened.slot.path} was taken over`),
    );
    for (const [reader, journal] of opened.journals) {
      journal.abandon();
      reader.detach(journal);
    }
    if (opened !== this.#own) {
      this.#left.splice(this.#left.indexOf(opened), 1);
      return;
    }
    this.#own = undefined;
    this.#deadLetters.detach();
    this.#conditions.detach();
    this.adopt();
  }

  /** What waits for channels that there are no more is said, and stays. */
  #tellOfStrangers(slot: string): void {
    const own = this.#readers.map(({ name }) => fileNameOf(name));
    const strangers = channelsIn(slot).filter((name) => !own.includes(name));
    if (strangers.length === 0) return;
    const names = strangers.join(', ');
    tell(
      'warn',
      `Notifications wait in slot ${basename(slot)} for channels that are not set up: ${names}. They stay there.`,
    );
  }
}

function tryToTake(take: () => void): void {
  try {
    take();
  } catch (error) {
    reportFault('channels', 'taking over an outbox that was left', error);
  }
}
