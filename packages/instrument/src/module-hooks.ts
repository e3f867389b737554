import { readFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { processWide, tell } from '@org/instrument-core';

const installed = processWide('module-hooks', (): { current: boolean } => ({ current: false }));

/**
 * Lets instrumentations patch ES modules that are loaded from now on; once for the process. The package that does it is a
 * dependency of the instrumentations, which under a strict layout of `node_modules` only they can find.
 *
 * @param mustBeFound says so when it is not.
 */
export function installModuleHooks(
  packages: readonly string[],
  directory: string,
  mustBeFound: boolean,
): void {
  if (installed.current) return;
  const application = join(directory, 'package.json');
  for (const place of [application, ...packages.flatMap((name) => entryOf(name, application))]) {
    try {
      createRequire(place).resolve('@opentelemetry/instrumentation');
    } catch {
      continue;
    }
    register('@opentelemetry/instrumentation/hook.mjs', pathToFileURL(place));
    installed.current = true;
    return;
  }
  if (!mustBeFound) return;
  tell(
    'warn',
    `No @opentelemetry/instrumentation was found beside the instrumentations of ${application}, so ES modules are not ` +
      'patched. Install it: npm install @opentelemetry/instrumentation',
  );
}

/** Packages of instrumentations that an application declares, by their usual names. */
export function declaredInstrumentations(directory: string): string[] {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    const { dependencies, devDependencies } = Object(manifest) as Record<string, unknown>;
    return Object.keys({ ...Object(dependencies), ...Object(devDependencies) }).filter((name) =>
      /instrumentation|\/otel$/.test(name),
    );
  } catch {
    return [];
  }
}

function entryOf(name: string, from: string): string[] {
  try {
    return [createRequire(from).resolve(name)];
  } catch {
    return [];
  }
}
