import type { DeadLetter } from '../channels.ts';
import { isAboutChannels } from '../events.ts';
import type { Notification } from '../notification.ts';
import { Entry } from '../outbox/entry.ts';
import type { Verb } from '../outbox/format.ts';
import type { Journal } from '../outbox/journal.ts';
import type { Clock } from './clock.ts';
import { Expiry } from './expiry.ts';
import { forOne } from './for-one.ts';
import type { LaneReport } from './lane-report.ts';
import type { Policy } from './policy.ts';
import { Waiting } from './waiting.ts';

/** What was in flight when so many processes died is not tried again: it may be what they died of, and has been sent twice. */
const MAX_LOST = 2;

/** What a backlog is given. */
export interface BacklogOptions {
  readonly policy: Policy;
  readonly clock: Clock;
  readonly report: LaneReport;
  /** Some have been delivered, or given up. */
  readonly onSettled: () => void;
}

/** Entries that failed alike, and are tried again. */
export interface Pause {
  readonly entries: readonly Entry[];
  /** Monotonic time. */
  readonly untilMillis: number;
  readonly error: string;
}

/** What waits for a channel, in memory and, as far as there is one, on disk; bounded. */
export class Backlog {
  readonly #policy: Policy;
  readonly #clock: Clock;
  readonly #report: LaneReport;
  readonly #onSettled: () => void;
  readonly #waiting: Waiting;
  readonly #expiry: Expiry;
  #journal: Journal | undefined;
  #lastOrder = 0;

  constructor({ policy, clock, report, onSettled }: BacklogOptions) {
    this.#policy = policy;
    this.#clock = clock;
    this.#report = report;
    this.#onSettled = onSettled;
    // Where deliveries are few, what is urgent does not wait for its turn; elsewhere order is worth more: of a log's lines.
    this.#waiting = new Waiting(policy.rateLimit !== undefined);
    this.#expiry = new Expiry(policy.deadlineMillis);
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Place of the last one that came. */
  get lastOrder(): number {
    return this.#lastOrder;
  }

  /** When something is to be given up, at the earliest: monotonic time. */
  get nextExpiryMillis(): number {
    return this.#expiry.nextMillis;
  }

  oldest(): Entry | undefined {
    return this.#waiting.oldest();
  }

  /** When the next delivery can begin, as far as what waits is concerned: monotonic time. */
  readyAtMillis(nowMillis: number, delayMillis: number): number {
    return this.#waiting.readyAtMillis(nowMillis, this.#policy.batchSize, delayMillis);
  }

  put(notification: Notification): void {
    const entry = new Entry(notification, this.#clock.unixMillis());
    entry.arrivedMillis = this.#clock.monotonicMillis();
    entry.waitsSinceMillis = entry.arrivedMillis;
    // What channels say of themselves must not displace anything: what is displaced makes them say more. Nor must what has no
    // room by itself, which would displace everything and be given up in the end.
    const isMore = isAboutChannels(entry.event) && !this.#hasRoom(entry);
    if (isMore || entry.bytes > this.#policy.maxBytes) {
      entry.isSettled = true;
      this.#report.dead(entry, 'overflow', undefined);
      // It has never been in the journal, which all the same has dead letters written.
      this.#journal?.note('dead', [entry]);
      return;
    }
    this.#add(entry);
    this.#journal?.put(entry);
    this.shed();
  }

  /** One recipient lacks what the others have: it waits for that one alone, as old, and as often tried as it says. */
  putForOne(entry: Entry, recipient: string, attempts: number): Entry {
    const state = { attempts, lost: 0, isInFlight: false };
    const one = new Entry(forOne(entry.notification(), recipient), entry.sinceMillis, state);
    one.arrivedMillis = this.#clock.monotonicMillis();
    one.waitsSinceMillis = entry.waitsSinceMillis;
    this.#add(one);
    this.#journal?.put(one);
    return one;
  }

  attach(journal: Journal, isOwn: boolean): void {
    if (isOwn) {
      this.#journal = journal;
      // What came before the directory could be opened.
      for (const entry of this.#inOrder(({ journal: before }) => before === undefined)) journal.put(entry);
    }
    const found = journal.takeFound();
    const now = this.#clock.monotonicMillis();
    const unix = this.#clock.unixMillis();
    for (const entry of found) {
      entry.isOwed = true;
      // Of what an earlier process has left, only the clock of the machine tells how long it has waited already.
      entry.waitsSinceMillis = now - Math.max(0, unix - entry.sinceMillis);
      this.#add(entry);
    }
    const uncertain = found.filter(({ lost }) => lost >= MAX_LOST);
    this.bury(uncertain, 'uncertain', 'two processes ended while it was being delivered');
    this.shed();
  }

  detach(journal: Journal): void {
    if (this.#journal === journal) this.#journal = undefined;
    const own = this.#inOrder((entry) => entry.journal === journal);
    this.#remove(own.filter((entry) => entry.segment !== undefined));
    // What the disk has never taken is nobody else's, and goes to the next journal.
    for (const entry of own) if (entry.segment === undefined) entry.journal = undefined;
    this.#onSettled();
  }

  /** Those that are to be delivered next, together; from now on they are in flight. Written down before this returns. */
  begin(nowMillis: number): readonly Entry[] {
    const batch = this.#waiting.take(nowMillis, this.#policy.batchSize);
    for (const entry of batch) {
      entry.attempts++;
      entry.isInFlight = true;
      if (!entry.isOwed) continue;
      // From now on its deadline counts.
      entry.isOwed = false;
      this.#expiry.add(entry);
    }
    for (const journal of this.#note('try', batch)) journal.write();
    return batch;
  }

  /** These are delivered. */
  settle(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    this.#remove(entries);
    this.#note('done', entries);
    this.#report.delivered(entries.length);
    this.#onSettled();
  }

  /** These are given up. */
  bury(entries: readonly Entry[], reason: DeadLetter['reason'], error: string | undefined): void {
    if (entries.length === 0) return;
    this.#remove(entries);
    for (const entry of entries) this.#report.dead(entry, reason, error ?? entry.lastError);
    this.#note('dead', entries);
    this.#onSettled();
  }

  /** The keys of these wait, with all that comes after them; a key of several for the longest pause of theirs. */
  hold(pauses: readonly Pause[]): void {
    const untilMillis = new Map<string, number>();
    for (const pause of pauses) {
      for (const entry of pause.entries) {
        entry.lastError = pause.error;
        untilMillis.set(entry.key, Math.max(untilMillis.get(entry.key) ?? 0, pause.untilMillis));
      }
    }
    this.#waiting.hold(untilMillis);
    this.#note(
      'failed',
      pauses.flatMap(({ entries }) => entries),
    );
  }

  /** These are delivered again at once, in halves: one of them may be what the receiver does not want. */
  split(entries: readonly Entry[], error: string): void {
    for (const entry of entries) {
      entry.lastError = error;
      entry.attempts--;
      entry.batchLimit = Math.ceil(entries.length / 2);
    }
    this.#note('returned', entries);
  }

  /** Gives up what has waited for too long. */
  expire(): void {
    const over = this.#expiry.over(this.#waiting, this.#clock.monotonicMillis());
    this.bury(over, 'deadline', undefined);
  }

  /** Gives up what there is no room for. */
  shed(): void {
    const { maxNotifications, maxBytes } = this.#policy;
    while (this.#waiting.size > maxNotifications || this.#waiting.bytes > maxBytes) {
      const entry = this.#waiting.leastImportant();
      if (entry === undefined) return;
      this.bury([entry], 'overflow', undefined);
    }
  }

  /** Gives up what waits, and is on no disk. */
  end(): void {
    const left = this.#inOrder((entry) => entry.journal?.holds(entry) !== true);
    const [inFlight, idle] = [
      left.filter((each) => each.isInFlight),
      left.filter((each) => !each.isInFlight),
    ];
    this.#report.atEnd(() => {
      this.bury(inFlight, 'uncertain', 'it was being delivered when the channel was closed');
      this.bury(idle, 'closed', undefined);
    });
  }

  #add(entry: Entry): void {
    entry.order = ++this.#lastOrder;
    this.#waiting.add(entry);
    this.#expiry.add(entry);
  }

  #remove(entries: readonly Entry[]): void {
    for (const entry of entries) {
      entry.isSettled = true;
      this.#waiting.remove(entry);
    }
  }

  #inOrder(belongs: (entry: Entry) => boolean): readonly Entry[] {
    return [...this.#waiting].filter(belongs).sort((a, b) => a.order - b.order);
  }

  #hasRoom({ bytes }: Entry): boolean {
    const { maxNotifications, maxBytes } = this.#policy;
    return this.#waiting.size < maxNotifications && this.#waiting.bytes + bytes <= maxBytes;
  }

  /** Writes down what has become of entries, each where it is kept; returns where that is. */
  #note(verb: Verb, entries: readonly Entry[]): Iterable<Journal> {
    const byJournal = new Map<Journal, Entry[]>();
    for (const entry of entries) {
      if (entry.journal === undefined) continue;
      const known = byJournal.get(entry.journal);
      if (known === undefined) byJournal.set(entry.journal, [entry]);
      else known.push(entry);
    }
    for (const [journal, own] of byJournal) journal.note(verb, own);
    return byJournal.keys();
  }
}
