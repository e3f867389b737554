import { describeValue, unknownKeys } from '@org/instrument-core';
import type { HealthSettings } from '../health.ts';
import { throwProblems } from './resolve-options.ts';

/** @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` for settings that are not known, or a guard that is none. */
export function checkSettings(settings: HealthSettings, known: readonly string[] = ['guard']): void {
  const problems = unknownKeys(settings, known);
  const { guard } = settings;
  if (guard !== undefined && typeof guard !== 'function') {
    problems.push({
      path: 'guard',
      found: describeValue(guard),
      expected: 'a function of the failing checks',
    });
  }
  throwProblems('The settings of health are wrong', problems);
}
