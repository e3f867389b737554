import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { VARIABLES } from '../src/environment/variables.ts';

const page = readFileSync(fileURLToPath(new URL('../../../docs/configuration.md', import.meta.url)), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| `OTEL_'));

describe('docs/configuration.md', () => {
  it.each(VARIABLES.map(({ name, path }) => [name, path]))(
    'has a row for %s and its option %s',
    (name, path) => {
      const row = rows.find((line) => line.split('|')[1]?.includes(`\`${name}\``));
      expect(row).toContain(`\`${path}\``);
    },
  );

  it.each(['OTEL_SDK_DISABLED', 'OTEL_PROPAGATORS', 'OTEL_RESOURCE_ATTRIBUTES', 'OTEL_TRACES_SAMPLER_ARG'])(
    'has a row for %s',
    (name) => expect(rows.some((line) => line.includes(`\`${name}\``))).toBe(true),
  );
});
