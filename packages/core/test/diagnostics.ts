import { type DiagLogger, diag } from '@opentelemetry/api';
import { afterEach, beforeEach } from 'vitest';

/** What was said through `diag`. */
export interface Diagnostics {
  readonly warnings: string[];
  readonly errors: string[];
}

/** Has the logger of `diag` throw at whatever it is told, until the test ends; for tests that {@link useDiagnostics}. */
export function letDiagnosticsThrow(): void {
  const refuse = (): never => {
    throw new Error('the logger of diag');
  };
  const logger = { error: refuse, warn: refuse, info: refuse, debug: refuse, verbose: refuse };
  diag.setLogger(logger, { suppressOverrideMessage: true });
}

/** Sets a logger of `diag` for each test of the file, and takes it off again. */
export function useDiagnostics(): Diagnostics {
  const said: Diagnostics = { warnings: [], errors: [] };
  const logger: DiagLogger = {
    error: (message) => void said.errors.push(message),
    warn: (message) => void said.warnings.push(message),
    info: () => {},
    debug: () => {},
    verbose: () => {},
  };
  beforeEach(() => {
    said.warnings.length = 0;
    said.errors.length = 0;
    diag.setLogger(logger, { suppressOverrideMessage: true });
  });
  afterEach(() => diag.disable());
  return said;
}
