import { reasonOf, tell } from '@org/instrument-core';
import type { Graph } from '../graph/graph.ts';
import type { Component } from '../run/component.ts';
import type { TimerWheel } from '../schedule/timer-wheel.ts';
import { PROBES } from '../select.ts';
import { checkDefinitions, missingDependencies, type UncheckedDefinition } from './check-definitions.ts';
import type { ResolvedCheck } from './resolve-options.ts';

/** Checks may be registered in any order; a dependency that is not there after so long is told. */
const MISSING_AFTER_MILLIS = 10_000;

/** What registrations need of the registry. */
export interface RegistrationsOptions {
  readonly wheel: TimerWheel;
  readonly create: (definition: ResolvedCheck) => Component;
  /** What follows from the registrations. */
  readonly graph: () => Graph;
}

/** Knows what is registered, what is waited for, and which probes there are. */
export class Registrations {
  readonly #options: RegistrationsOptions;
  readonly #components = new Map<string, Component>();
  /** Those that exist; `undefined` when one may have gone. */
  #probes: Set<string> | undefined;
  /** Names that may be depended on though nothing is registered under them. */
  readonly #awaited = new Set<string>();
  /** Of these, the ones that are told if they do not come. */
  readonly #missed = new Set<string>();

  constructor(options: RegistrationsOptions) {
    this.#options = options;
  }

  /** By name, in the order of registration. */
  get components(): ReadonlyMap<string, Component> {
    return this.#components;
  }

  /** Names that are registered, in order. */
  get names(): string[] {
    return [...this.#components.keys()];
  }

  /** Probes and groups that exist. */
  get probes(): ReadonlySet<string> {
    return this.#knownProbes();
  }

  /** Adds checks, all or none. `path` is that of their list in messages; a single one has none. */
  add(definitions: readonly UncheckedDefinition[], summary: string, path: string): Component[] {
    const checked = checkDefinitions(definitions, {
      registered: (name) => this.#components.get(name)?.definition,
      names: () => this.names,
      probes: this.probes,
      awaited: this.#awaited,
      summary,
      path,
    });
    const added = checked.map(this.#options.create);
    const probes = this.#knownProbes();
    for (const component of added) {
      this.#components.set(component.definition.name, component);
      for (const probe of component.definition.probes) probes.add(probe);
    }
    for (const { dependsOn } of checked) {
      for (const name of dependsOn) if (!this.#components.has(name)) this.#await(name);
    }
    return added;
  }

  /** Whether this very component is registered. */
  has(component: Component): boolean {
    return this.#components.get(component.definition.name) === component;
  }

  /** Takes a check out; others may still depend on it. */
  remove(name: string): Component | undefined {
    const component = this.#components.get(name);
    if (component === undefined) return undefined;
    this.#components.delete(name);
    this.#awaited.add(name);
    this.#probes = undefined;
    return component;
  }

  /**
   * Looks for dependencies that are not there.
   *
   * @throws {InstrumentError} listing them, with what is known.
   */
  checkMissing(only?: string): void {
    missingDependencies(this.#options.graph(), this.names, only);
  }

  #knownProbes(): Set<string> {
    if (this.#probes === undefined) {
      this.#probes = new Set(PROBES);
      for (const { definition } of this.#components.values()) {
        for (const probe of definition.probes) this.#probes.add(probe);
      }
    }
    return this.#probes;
  }

  /** Something depends on a check that is not there: it is told once, when it has not come in time. */
  #await(name: string): void {
    this.#awaited.add(name);
    if (this.#missed.has(name)) return;
    this.#missed.add(name);
    this.#options.wheel.after(MISSING_AFTER_MILLIS, () => {
      this.#missed.delete(name);
      try {
        this.checkMissing(name);
      } catch (error) {
        tell('error', `health: ${reasonOf(error)}`);
      }
    });
  }
}
