import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveConfiguration } from '../src/configuration/resolve-configuration.ts';

const pageOf = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url)), 'utf8');

function example(name: string, page = 'configuration.md'): string {
  const block = new RegExp(`<!-- example: ${name} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(
    pageOf(page),
  )?.[1];
  if (block === undefined) throw new Error(`docs/${page} has no example ${name}.`);
  return block;
}

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'instrument-docs-'));
});

afterEach(() => rmSync(cwd, { recursive: true }));

describe('docs/configuration.md', () => {
  it.each([
    ['yaml', {}],
    ['yaml', { NODE_ENV: 'test' }],
    ['yaml', { NODE_ENV: 'production', COLLECTOR_URL: 'http://c', COLLECTOR_TOKEN: 'x' }],
    ['json', {}],
  ])('shows a %s file that is right in the environment %j', (kind, env) => {
    writeFileSync(join(cwd, `instrument.config.${kind}`), example(kind));
    const { options } = resolveConfiguration(undefined, { env, cwd });
    expect(options).toMatchObject({ serviceName: 'checkout', traces: { ratio: 0.1 } });
  });

  it('shows the message of a wrong file as it is', () => {
    writeFileSync(join(cwd, 'instrument.config.yaml'), example('wrong'));
    expect(() => resolveConfiguration(undefined, { env: {}, cwd })).toThrow(
      expect.objectContaining({ message: example('message').trimEnd() }),
    );
  });
});

describe('docs/channels.md', () => {
  it('shows a file that is right', () => {
    writeFileSync(join(cwd, 'instrument.config.yaml'), example('channels', 'channels.md'));
    const env = {
      SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T/B/x',
      PAGERDUTY_ROUTING_KEY: 'R'.repeat(32),
    };
    const { options } = resolveConfiguration(undefined, { env, cwd });
    expect(options.channels).toMatchObject({
      directory: expect.any(String),
      to: [{ type: 'slack' }, { type: 'pagerDuty' }, { type: 'file' }],
    });
  });
});
