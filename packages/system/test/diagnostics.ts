import { diag } from '@opentelemetry/api';
import { afterEach, beforeEach } from 'vitest';

/** What was said through `diag`, level and message. */
export function useDiagnostics(): readonly string[] {
  const said: string[] = [];
  const say = (level: string) => (message: string) => void said.push(`${level}: ${message}`);
  beforeEach(() => {
    said.length = 0;
    const logger = { error: say('error'), warn: say('warn'), info: say('info'), debug() {}, verbose() {} };
    diag.setLogger(logger, { suppressOverrideMessage: true });
  });
  afterEach(() => diag.disable());
  return said;
}
