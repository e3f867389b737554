import { diag } from '@opentelemetry/api';
import { afterEach, beforeEach } from 'vitest';

/** What was said through `diag`. */
export interface Diagnostics {
  readonly warnings: string[];
  readonly errors: string[];
}

/** Sets a logger of `diag` for each test of the file, and takes it off again. */
export function useDiagnostics(): Diagnostics {
  const said: Diagnostics = { warnings: [], errors: [] };
  beforeEach(() => {
    said.warnings.length = 0;
    said.errors.length = 0;
    diag.setLogger(
      {
        error: (message) => void said.errors.push(message),
        warn: (message) => void said.warnings.push(message),
        info() {},
        debug() {},
        verbose() {},
      },
      { suppressOverrideMessage: true },
    );
  });
  afterEach(() => diag.disable());
  return said;
}
