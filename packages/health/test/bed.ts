import { type BusEvent, EventBus, MeterProvider } from '@org/instrument-core';
import { metricValues } from '../../core/test/metric-values.ts';
import type { CheckOptions, CheckOutcome } from '../src/check.ts';
import { createHealth } from '../src/create-health.ts';
import type { HealthEventMap } from '../src/events.ts';
import type { Health, HealthSettings } from '../src/health.ts';
import type { ComponentHealth } from '../src/report.ts';

/** A health with a bus and meters of its own, and what both have got. */
export interface Bed {
  readonly health: Health;
  readonly events: EventBus;
  readonly meterProvider: MeterProvider;
  /** Everything on the bus, in order. */
  readonly heard: readonly BusEvent<HealthEventMap>[];
  /** Payloads of one event, in order. */
  payloads<Name extends keyof HealthEventMap>(name: Name): HealthEventMap[Name][];
  /** Values of a metric (counts, for a histogram) by their attributes: `{ 'check=db,reason=error': 2 }`. */
  metric(name: string): Record<string, number>;
  component(name: string): ComponentHealth;
}

/** A health that nothing else sees. */
export function createBed(settings: HealthSettings = {}): Bed {
  const events = new EventBus();
  const meterProvider = new MeterProvider({});
  const health = createHealth({ ...settings, events, meterProvider });
  const heard: BusEvent<HealthEventMap>[] = [];
  events.on('health.*', (payload, name) => void heard.push({ name, payload } as BusEvent<HealthEventMap>));
  return {
    health,
    events,
    meterProvider,
    heard,
    payloads: (name) =>
      heard
        .filter((event) => event.name === name)
        .map(({ payload }) => payload as HealthEventMap[typeof name]),
    metric: (name) => metricValues(meterProvider, name),
    component: (name) => health.report({ check: name }).components[0] as ComponentHealth,
  };
}

/** Every result counts at once. */
export const AT_ONCE: CheckOptions = { failureThreshold: 1, successThreshold: 1 };

/** A check whose outcome can be set. */
export interface Dial {
  outcome: CheckOutcome;
  runs: number;
  readonly check: () => CheckOutcome;
}

/** A check that says what it is set to, and counts its runs. */
export function createDial(outcome: CheckOutcome = true): Dial {
  const dial: Dial = {
    outcome,
    runs: 0,
    check: () => {
      dial.runs++;
      return dial.outcome;
    },
  };
  return dial;
}

/** The message of what a call throws. */
export function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}
