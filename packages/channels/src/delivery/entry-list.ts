import type { Entry } from '../outbox/entry.ts';

interface Link {
  readonly entry: Entry;
  previous: Link | undefined;
  next: Link | undefined;
}

/**
 * Entries in the order in which they came, each once, that can be taken out anywhere. A `Set` steps over all that was taken out of
 * its beginning each time that it is asked for its first: thousands, where as many wait.
 */
export class EntryList implements Iterable<Entry> {
  readonly #links = new Map<Entry, Link>();
  #first: Link | undefined;
  #last: Link | undefined;

  get size(): number {
    return this.#links.size;
  }

  /** The one that came first. */
  get first(): Entry | undefined {
    return this.#first?.entry;
  }

  /** In order; the one that was given last may be taken out meanwhile. */
  *[Symbol.iterator](): Generator<Entry> {
    for (let link = this.#first; link !== undefined; ) {
      const { entry, next } = link;
      yield entry;
      // What has come behind it meanwhile.
      link = this.#links.has(entry) ? link.next : next;
    }
  }

  add(entry: Entry): void {
    if (this.#links.has(entry)) return;
    const link: Link = { entry, previous: this.#last, next: undefined };
    if (this.#last === undefined) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
    this.#links.set(entry, link);
  }

  delete(entry: Entry): boolean {
    const link = this.#links.get(entry);
    if (link === undefined) return false;
    if (link.previous === undefined) this.#first = link.next;
    else link.previous.next = link.next;
    if (link.next === undefined) this.#last = link.previous;
    else link.next.previous = link.previous;
    return this.#links.delete(entry);
  }
}
