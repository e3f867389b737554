import type { Attributes } from '@opentelemetry/api';
import type { BindableCounter } from '@org/instrument-core';
import type { Site } from './site.ts';
import { type Item, keyOf, MAX_TRACKED, Tracked } from './tracked.ts';

/** What is kept of a thing: its state, and what more its verb wants to know. */
export interface Kept<S extends string> {
  readonly word: S;
}

/** What verbs that keep states differ in. */
export interface StateKind<S extends string, K extends Kept<S>> {
  readonly verb: string;
  /** What has the state: the label that has its name, and a part of the names of metrics. */
  readonly what: string;
  readonly states: readonly S[];
  /** Those in this state make room when there are too many. */
  readonly rest: S;
  /** The state that is meant by what was given; `undefined`: none. */
  stateOf(given: unknown): S | undefined;
  /** What is kept of a thing that comes into a state, by what was kept before. */
  keep(word: S, before: K | undefined): K;
}

/** A thing has come into a state, or was heard of for the first time. */
export interface Entered<S extends string, K extends Kept<S>> {
  readonly name: string;
  readonly labels: Attributes;
  readonly to: S;
  /** `undefined`: it was never heard of. */
  readonly before: K | undefined;
}

/** What the event of a change says of it. */
export interface Change<S extends string> {
  readonly from: S;
  readonly to: S;
  readonly reason: string | undefined;
}

/** Keeps the states of the things that a verb is told of, shows them, and counts their changes. */
export class States<S extends string, K extends Kept<S>> {
  readonly #site: Site;
  readonly #kind: StateKind<S, K>;
  readonly #tracked: Tracked<K>;
  /** Labels of its own. */
  readonly #own: readonly string[];
  #transitions: BindableCounter | undefined;

  constructor(site: Site, kind: StateKind<S, K>) {
    this.#site = site;
    this.#kind = kind;
    this.#tracked = new Tracked(({ word }) => word === kind.rest);
    this.#own = [kind.what, 'state', 'from', 'to'];
  }

  values(): Iterable<Item<K>> {
    return this.#tracked.values();
  }

  /** A thing is in a state. `undefined` when that is nothing new, or is refused. */
  enter(given: unknown, state: unknown, attributes: unknown): Entered<S, K> | undefined {
    const { verb, what, states, rest } = this.#kind;
    const name = this.#site.label(verb, what, given);
    const to = this.#kind.stateOf(state);
    if (to === undefined) {
      this.#site.refuse(verb, 'state', state, `one of ${states.join(', ')}`);
      return undefined;
    }
    const key = keyOf(name, attributes, this.#own);
    const known = this.#tracked.get(key);
    const before = known?.state;
    if (before?.word === to) return undefined;
    const labels = known?.labels ?? this.#labelsOf(name, attributes);
    if (!this.#tracked.set(key, { labels, state: this.#kind.keep(to, before) })) {
      this.#site.refuse(verb, what, given, `at most ${MAX_TRACKED} ${what}s that are not ${rest}`);
      return undefined;
    }
    this.#transitions ??= this.#createInstruments();
    return { name, labels, to, before };
  }

  /** Counts a change. Returns what its event says; a reason is for people, and what is no text says nothing to them. */
  change({ labels, to }: Entered<S, K>, from: S, reason: unknown): Change<S> {
    this.#transitions?.add(1, { ...labels, from, to });
    return { from, to, reason: typeof reason === 'string' ? reason : undefined };
  }

  #labelsOf(name: string, attributes: unknown): Attributes {
    const labels = this.#site.series(this.#kind.verb, attributes);
    labels[this.#kind.what] = name;
    return labels;
  }

  #createInstruments(): BindableCounter {
    const { meter, name } = this.#site;
    const { what, states } = this.#kind;
    // A series per state, of which one is 1 and the others 0 (OpenMetrics, "StateSet").
    meter
      .createObservableGauge(`${name}.${what}.state`, {
        description: `1 for the state that a ${what} is in, 0 for the others`,
      })
      .addCallback((result) => {
        for (const { labels, state } of this.#tracked.values()) {
          for (const word of states) result.observe(state.word === word ? 1 : 0, { ...labels, state: word });
        }
      });
    return meter.createCounter(`${name}.${what}.transitions`, {
      description: `Changes of the states of ${what}s`,
      unit: '{transition}',
    });
  }
}
