import {
  type BusEvent,
  countSelf,
  describeValue,
  type EventIteration,
  meterProvider,
  tell,
} from '@org/instrument-core';
import type { CheckFunction, CheckOptions } from './check.ts';
import { reportComponent } from './component-report.ts';
import type { HealthWatchMap } from './events.ts';
import { aggregate } from './graph/aggregate.ts';
import { judgeProbe } from './graph/probe-verdict.ts';
import type {
  CheckDefinition,
  CheckRunOptions,
  Health,
  HealthOptions,
  HealthQuery,
  HealthSettings,
  WatchOptions,
} from './health.ts';
import { HealthEvents } from './health-events.ts';
import { createHealthMetrics, type HealthMetrics, type StatusSource } from './health-metrics.ts';
import { type UncheckedDefinition, uncheckedDefinitions } from './registration/check-definitions.ts';
import { checkSettings } from './registration/check-settings.ts';
import { Registrations } from './registration/registrations.ts';
import type { SystemHealth } from './report.ts';
import { type CompletedRun, Component, type ComponentObserver } from './run/component.ts';
import { Scheduler } from './schedule/scheduler.ts';
import { TimerWheel } from './schedule/timer-wheel.ts';
import { excludedBy, select } from './select.ts';
import { StatusTracker } from './status-tracker.ts';
import { watchHealth } from './watch.ts';

const DRAINING = 'the instance is shutting down';

/** The checks of a system; see {@link Health}. */
export class HealthRegistry implements Health {
  readonly #wheel = new TimerWheel();
  readonly #scheduler = new Scheduler(this.#wheel);
  readonly #options: HealthOptions;
  /** Whether it tells the status of a system: there is one series for that, and of the process there is one health. */
  readonly #isSystem: boolean;
  readonly #events: HealthEvents;
  readonly #registrations: Registrations;
  readonly #tracker: StatusTracker;
  #metrics: HealthMetrics | undefined;
  #settings: HealthSettings;
  /** Monotonic time until which no cached result is too old; `undefined` while it has to be worked out. */
  #freshUntil: number | undefined;
  #draining: string | undefined;
  #stopBackground: (() => void) | undefined;
  #isStopped = false;
  #version = 0;

  /** @param isOfProcess whether it is the health of the process. */
  constructor(options: HealthOptions, isOfProcess: boolean) {
    checkSettings(options, ['guard', 'meterProvider', 'events']);
    this.#options = options;
    this.#isSystem = isOfProcess || (options.meterProvider ?? meterProvider) !== meterProvider;
    this.#settings = options;
    this.#events = new HealthEvents(options.events);
    this.#registrations = new Registrations({
      wheel: this.#wheel,
      create: (definition) => new Component(definition, this.#wheel, this.#observer),
      graph: () => this.#tracker.graph,
    });
    this.#tracker = new StatusTracker({
      components: this.#registrations.components,
      events: this.#events,
      onTransition: (name, from, to) => this.#metrics?.transition(name, from, to),
      isDraining: () => this.draining,
    });
  }

  get version(): number {
    return this.#version;
  }

  get draining(): boolean {
    return this.#draining !== undefined;
  }

  register(name: string, check: CheckFunction, options?: CheckOptions): () => void {
    return this.#add([{ name, check, options }], `The health check ${describeValue(name)} is wrong`, '');
  }

  registerAll(checks: readonly CheckDefinition[]): () => void {
    return this.#add(uncheckedDefinitions(checks), 'The health checks are wrong', 'checks');
  }

  unregister(name: string): boolean {
    const component = this.#registrations.remove(name);
    if (component === undefined) return false;
    this.#scheduler.end(component);
    component.close();
    this.#registrationsChanged();
    return true;
  }

  names(): string[] {
    return this.#registrations.names;
  }

  probes(): string[] {
    return [...this.#registrations.probes];
  }

  configure(settings: HealthSettings): void {
    checkSettings(settings);
    this.#settings = { ...this.#settings, ...settings };
    this.#version++;
  }

  async check(options: CheckRunOptions = {}): Promise<SystemHealth> {
    const startedAt = performance.now();
    const selected = this.#select(options);
    const running = this.#runDue(selected, options, startedAt);
    if (running.length > 0) {
      // Whoever waits wants the answer, though nothing else may keep the process alive.
      const release = this.#wheel.hold();
      await Promise.all(running);
      release();
    }
    return this.#reportOn(selected, options, startedAt);
  }

  report(query: HealthQuery = {}): SystemHealth {
    return this.#reportOn(this.#select(query), query, performance.now());
  }

  watch(options: WatchOptions = {}): EventIteration<BusEvent<HealthWatchMap>> {
    const source = {
      bus: this.#events.own,
      wheel: this.#wheel,
      check: () => this.check(),
      runInBackground: () => this.#runInBackground(),
    };
    return watchHealth(source, options);
  }

  start(): void {
    this.#isStopped = false;
    this.#stopBackground ??= this.#runInBackground();
    this.#registrations.checkMissing();
  }

  stop(): void {
    this.#isStopped = true;
    this.#stopBackground?.();
    this.#stopBackground = undefined;
    this.#observeIfUsed();
    for (const component of this.#registrations.components.values()) component.abort();
  }

  drain(reason: string = DRAINING): void {
    this.#draining = reason;
    this.#version++;
  }

  resume(): void {
    this.#draining = undefined;
    this.#version++;
  }

  #add(definitions: readonly UncheckedDefinition[], summary: string, path: string): () => void {
    const added = this.#registrations.add(definitions, summary, path);
    this.#metrics ??= createHealthMetrics(() => this.#statusSource(), {
      provider: this.#options.meterProvider ?? meterProvider,
      isSystem: this.#isSystem,
    });
    this.#isStopped = false;
    this.#registrationsChanged();
    for (const component of added) this.#scheduler.begin(component);
    return () => {
      // Unless somebody else has registered the name anew meanwhile.
      for (const component of added) {
        if (this.#registrations.has(component)) this.unregister(component.definition.name);
      }
    };
  }

  #registrationsChanged(): void {
    this.#version++;
    this.#freshUntil = undefined;
    this.#tracker.registrationsChanged();
    this.#observeIfUsed();
  }

  #runInBackground(): () => void {
    const end = this.#scheduler.use(this.#registrations.components.values());
    this.#observeIfUsed();
    return () => {
      end();
      this.#observeIfUsed();
    };
  }

  /** What is asked at each collection is kept for as long: so not what is stopped, or has nothing to tell. */
  #observeIfUsed(): void {
    const isUsed = !this.#isStopped || this.#scheduler.isOn;
    if (isUsed && (this.#isSystem || this.#registrations.components.size > 0)) this.#metrics?.observe();
    else this.#metrics?.rest();
  }

  #select(query: HealthQuery): Component[] {
    const { components, probes } = this.#registrations;
    return select(components, probes, query);
  }

  /** Starts what is due, what that depends on included. Returns the runs that are under way. */
  #runDue(selected: readonly Component[], options: CheckRunOptions, now: number): Promise<void>[] {
    if (options.fresh !== true && now < this.#nothingDueUntil()) return [];
    const excluded = excludedBy(options);
    const running: Promise<void>[] = [];
    const seen = new Set(selected);
    // A set that grows while it is gone through: dependencies come behind what depends on them.
    for (const component of seen) {
      for (const name of component.definition.dependsOn) {
        const dependency = this.#registrations.components.get(name);
        if (dependency !== undefined && !excluded.has(name)) seen.add(dependency);
      }
    }
    const asked = new Set(options.fresh === true ? selected : []);
    for (const component of seen) {
      const run = asked.has(component) || component.dueAt <= now ? component.run() : undefined;
      if (run !== undefined) running.push(run);
    }
    return running;
  }

  #nothingDueUntil(): number {
    if (this.#freshUntil === undefined) {
      this.#freshUntil = Number.POSITIVE_INFINITY;
      for (const { dueAt } of this.#registrations.components.values())
        if (dueAt < this.#freshUntil) this.#freshUntil = dueAt;
    }
    return this.#freshUntil;
  }

  #reportOn(asked: readonly Component[], query: HealthQuery, startedAt: number): SystemHealth {
    const { verdicts } = this.#tracker;
    // One may have been taken out while it ran.
    const selected = asked.filter((component) => this.#registrations.has(component));
    const { status, kinds, rootCauses } = aggregate(selected, verdicts);
    const { passes, reason } = judgeProbe({
      // A single check by itself is not the instance, which may be draining.
      probe: query.check === undefined ? query.probe : (query.probe ?? ''),
      status,
      selected,
      components: this.#registrations.components,
      verdicts,
      draining: this.#draining,
      guard: this.#settings.guard,
    });
    const now = performance.now();
    return {
      status,
      passes,
      reason,
      rootCauses,
      kinds,
      components: selected.flatMap((component) => {
        const verdict = verdicts.get(component.definition.name);
        return verdict === undefined ? [] : [reportComponent(component, verdict, now)];
      }),
      timestampMillis: Date.now(),
      durationMillis: now - startedAt,
    };
  }

  #statusSource(): StatusSource {
    const { verdicts, systemStatus: system } = this.#tracker;
    const components = [...this.#registrations.components.values()].map(({ definition: { name, kind } }) => {
      return { name, kind, status: verdicts.get(name)?.status ?? 'unknown' };
    });
    return { system, components };
  }

  readonly #observer: ComponentObserver = {
    completed: (component, run) => this.#completed(component, run),
    stopped: (component) => {
      if (this.#registrations.has(component)) this.#scheduler.ended(component);
    },
    abandoned: ({ definition }) => {
      this.#metrics?.abandoned(definition.name);
      countSelf('instrument.faults', 'health');
      tell(
        'warn',
        `health: the check ${definition.name} went on for more than ${definition.timeoutMillis} ms in spite of its ` +
          'AbortSignal and was abandoned. Pass the signal on to what it waits for.',
      );
    },
    changed: () => {
      this.#version++;
    },
    recoveryAttempted: ({ definition: { name } }, attempt, outcome, error) => {
      this.#version++;
      this.#metrics?.recovery(name, outcome);
      this.#events.emit('health.recovery.attempted', undefined, () => ({
        check: name,
        attempt,
        outcome,
        error,
      }));
    },
  };

  #completed(component: Component, run: CompletedRun): void {
    const { name, kind } = component.definition;
    const { status: result, failure, reason, durationMillis, span } = run;
    this.#version++;
    this.#freshUntil = undefined;
    // First, so that a listener who asks for a report is told what follows from what it heard of.
    this.#tracker.resultsChanged(span);
    this.#metrics?.completed(component, run);
    this.#scheduler.ended(component);
    this.#events.emit('health.check.completed', span, () => ({
      check: name,
      kind,
      result,
      failure,
      reason,
      durationMillis,
    }));
  }
}
