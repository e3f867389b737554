import type { SpanContext } from '@opentelemetry/api';
import { reasonOf } from './component-report.ts';
import { aggregate } from './graph/aggregate.ts';
import { evaluate, type Verdict } from './graph/evaluate.ts';
import { type Graph, graphOf } from './graph/graph.ts';
import type { HealthEvents } from './health-events.ts';
import type { Component } from './run/component.ts';
import { isWorse, type Status } from './status.ts';

const GONE = 'it is no longer checked';

/** What a tracker needs of its registry. */
export interface TrackerOptions {
  readonly components: ReadonlyMap<string, Component>;
  readonly events: HealthEvents;
  /** A component has changed its status. */
  readonly onTransition: (name: string, from: Status, to: Status) => void;
  /** The instance is shutting down: that it takes its checks out ends nothing. */
  readonly isDraining: () => boolean;
}

/**
 * Knows what follows from the results of all components, and tells what has changed. Results of one turn of the event
 * loop are taken in together, so that a thousand of them are not a thousand walks through the graph.
 */
export class StatusTracker {
  readonly #options: TrackerOptions;
  #graph: Graph | undefined;
  #verdicts: ReadonlyMap<string, Verdict> | undefined;
  /** Something may have changed that nobody was told of. */
  #isUntold = false;
  /** Something may have been told that is not there any more. */
  #mayBeGone = false;
  /** What was told last. */
  #told: ReadonlyMap<string, Verdict> = new Map();
  /** `undefined` while there is no check. */
  #systemStatus: Status | undefined;
  /** What of it was told last; `undefined` while nothing was, or there is no check. */
  #toldSystem: Status | undefined;
  /** Span of the run that came in last. */
  #cause: SpanContext | undefined;

  constructor(options: TrackerOptions) {
    this.#options = options;
  }

  /** What follows from the registrations. */
  get graph(): Graph {
    this.#graph ??= graphOf(this.#options.components);
    return this.#graph;
  }

  /** Status of all components together. */
  get systemStatus(): Status {
    this.#tell();
    return this.#systemStatus ?? 'healthy';
  }

  /** Verdict on each component, by its name. */
  get verdicts(): ReadonlyMap<string, Verdict> {
    this.#tell();
    // Anew, where a listener has changed something.
    return this.#current();
  }

  /** Components have come or gone. */
  registrationsChanged(): void {
    this.#graph = undefined;
    this.#mayBeGone = true;
    this.resultsChanged(undefined);
  }

  /** A component has a new result, from a run that `cause` asked for. */
  resultsChanged(cause: SpanContext | undefined): void {
    this.#cause = cause;
    this.#verdicts = undefined;
    if (this.#isUntold) return;
    this.#isUntold = true;
    queueMicrotask(() => this.#tell());
  }

  #current(): ReadonlyMap<string, Verdict> {
    this.#verdicts ??= evaluate(this.graph);
    return this.#verdicts;
  }

  /** Tells what has changed since the last time, if anything may have. */
  #tell(): void {
    if (!this.#isUntold) return;
    this.#isUntold = false;
    const verdicts = this.#current();
    const told = this.#told;
    this.#told = verdicts;
    const mayBeGone = this.#mayBeGone;
    this.#mayBeGone = false;
    for (const [name, component] of [...this.#options.components]) {
      const verdict = verdicts.get(name);
      const from = told.get(name)?.status ?? 'unknown';
      if (verdict !== undefined && verdict.status !== from) this.#tellComponent(component, from, verdict);
    }
    if (mayBeGone) this.#tellGone(told);
    this.#tellSystem(verdicts);
  }

  /** Of what was not well and is gone, nobody else could tell that it does not go on. */
  #tellGone(told: ReadonlyMap<string, Verdict>): void {
    if (this.#options.isDraining()) return;
    for (const [name, { status: from }] of told) {
      if (!isTrouble(from) || this.#options.components.has(name)) continue;
      this.#options.onTransition(name, from, 'unknown');
      const payload = {
        check: name,
        from,
        to: 'unknown',
        reason: GONE,
        rootCauses: [],
        removed: true,
      } as const;
      this.#options.events.emit('health.status.changed', this.#cause, () => payload);
    }
  }

  #tellComponent(component: Component, from: Status, verdict: Verdict): void {
    const { name, kind, critical } = component.definition;
    const { status: to, rootCauses } = verdict;
    this.#options.onTransition(name, from, to);
    const reason = to === 'healthy' ? undefined : reasonOf(component, verdict);
    // Of a component that others have brought down, the run that did it is theirs.
    const span = verdict.affectedBy.length > 0 ? this.#cause : component.span;
    const payload = { check: name, from, to, reason, rootCauses };
    this.#options.events.emit('health.status.changed', span, () => payload);
    if (to === 'healthy' || to === 'unknown' || !(from === 'unknown' || isWorse(to, from))) return;
    this.#options.events.emit('health.component.degraded', span, () => ({ ...payload, kind, critical }));
  }

  #tellSystem(verdicts: ReadonlyMap<string, Verdict>): void {
    const { components } = this.#options;
    const { status: to, rootCauses } = aggregate([...components.values()], verdicts);
    const from = this.#toldSystem ?? 'unknown';
    this.#systemStatus = components.size === 0 ? undefined : to;
    // A check that has been registered and has not run yet is no news; its first result may be.
    if (to === 'unknown') return;
    this.#toldSystem = this.#systemStatus;
    if (to === from) return;
    // With the last check goes what it has told of, and nothing else is told where there is none.
    if (components.size === 0 && (!isTrouble(from) || this.#options.isDraining())) return;
    const reason = rootCauses.length === 0 ? undefined : `because of ${rootCauses.join(', ')}`;
    const payload = { check: undefined, from, to, reason, rootCauses };
    this.#options.events.emit('health.status.changed', this.#cause, () => payload);
  }
}

function isTrouble(status: Status): boolean {
  return status === 'degraded' || status === 'unhealthy';
}
