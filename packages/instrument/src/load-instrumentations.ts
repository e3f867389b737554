import { join } from 'node:path';
import { loadPackage, type Problem } from '@org/instrument-core';
import type { Instrumentation } from '@org/instrument-otel';

/** What became of the packages. */
export interface LoadedInstrumentations {
  readonly instrumentations: readonly Instrumentation[];
  /** Every package that cannot be used. */
  readonly problems: readonly Problem[];
}

/**
 * Loads instrumentation packages by name, as a configuration file lists them, from the application's own
 * dependencies: every exported class whose name ends in `Instrumentation` is made with its defaults, and
 * `getNodeAutoInstrumentations()` is called where a package has it. Never throws.
 */
export function loadInstrumentations(packages: readonly string[], cwd: string): LoadedInstrumentations {
  const manifest = join(cwd, 'package.json');
  const problems: Problem[] = [];
  const instrumentations = packages.flatMap((name, i) => {
    try {
      const found = instrumentationsOf(loadPackage(name, manifest) as Record<string, unknown>);
      if (found.length > 0) return found;
      problems.push({
        path: `instrumentations[${i}]`,
        found: `${name}, which exports no instrumentation`,
        expected: 'a package that exports a class named …Instrumentation',
      });
    } catch (error) {
      problems.push({
        path: `instrumentations[${i}]`,
        found: `${name}, which cannot be loaded (${error instanceof Error ? error.message.split('\n')[0] : error})`,
        expected: 'an installed package',
        fix: `Install it: npm install ${name}`,
      });
    }
    return [];
  });
  return { instrumentations, problems };
}

function instrumentationsOf(exported: Record<string, unknown>): Instrumentation[] {
  const { getNodeAutoInstrumentations } = exported;
  if (typeof getNodeAutoInstrumentations === 'function')
    return getNodeAutoInstrumentations() as Instrumentation[];
  return Object.entries(exported)
    .filter(([name, value]) => name.endsWith('Instrumentation') && typeof value === 'function')
    .map(([, value]) => new (value as new () => Instrumentation)());
}
