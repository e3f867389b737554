import { InstrumentError } from '@org/instrument-core';
import { describe, expect, it } from 'vitest';
import { createStatsdExporter } from '../src/index.ts';
import type { StatsdOptions } from '../src/options.ts';
import { resolveSettings } from '../src/settings.ts';
import { receiverWords } from '../src/transport/receiver-words.ts';

function problemsOf(options: object): Record<string, string> {
  try {
    createStatsdExporter(options as StatsdOptions);
  } catch (error) {
    if (!(error instanceof InstrumentError)) throw error;
    expect(error.code).toBe('INSTRUMENT_INVALID_ARGUMENT');
    return Object.fromEntries(
      error.problems.map(({ path, expected, fix }) => [path, `${expected}. ${fix ?? ''}`]),
    );
  }
  return {};
}

describe('options', () => {
  it('that are wrong are told all at once, with how to put them right', () => {
    const problems = problemsOf({ dialect: 'dogstats', port: 70_000, quantiles: [2], prefx: 'a', tags: 'a' });
    expect(Object.keys(problems).sort()).toEqual(['dialect', 'port', 'prefx', 'quantiles', 'tags']);
    expect(problems.dialect).toContain('Did you mean dogstatsd?');
    expect(problems.prefx).toContain('Did you mean prefix?');
  });

  it.each([
    [{ transport: 'unix' }, 'path'],
    [{ transport: 'tcp', path: '/tmp/a' }, 'path'],
    [{ transport: 'unix', path: '/tmp/a', host: 'a' }, 'host'],
    [{ framing: 'length' }, 'framing'],
    [{ path: `/${'x'.repeat(107)}` }, 'path'],
    [{ timestamps: true }, 'timestamps'],
    [{ containerId: 'a' }, 'containerId'],
    [{ dialect: 'influx', protocolVersion: '1.1' }, 'protocolVersion'],
    [{ host: 'http://agent' }, 'host'],
    [{ prefix: 'a:b' }, 'prefix'],
    [{ dnsRefresh: '1 week' }, 'dnsRefresh'],
    [{ resourceTags: '(' }, 'resourceTags'],
  ])('%j: %s', (options, path) => {
    expect(Object.keys(problemsOf(options))).toEqual([path]);
  });

  it('have defaults that most receivers take', () => {
    const { destination, form } = resolveSettings({}, {});
    expect(destination).toMatchObject({ transport: 'udp', host: '127.0.0.1', port: 8125 });
    expect(form).toMatchObject({
      dialect: 'dogstatsd',
      protocolVersion: '1.0',
      sampleType: 'd',
      maxPacketBytes: 1432,
    });
    const path = '/tmp/dsd.socket';
    expect(resolveSettings({ path }, {}).destination).toEqual({
      transport: 'unix-datagram',
      path,
      setBy: 'statsd.path',
    });
    expect(resolveSettings({ transport: 'unix', path: '/a' }, {}).destination).toMatchObject({
      framing: 'length',
    });
    expect(
      resolveSettings({ transport: 'unix', path: '/a', dialect: 'plain' }, {}).destination,
    ).toMatchObject({ framing: 'newline' });
  });

  it('that are not known are as if they were left out', () => {
    const unknown: { host: string | undefined; port: number | undefined } = {
      host: undefined,
      port: undefined,
    };
    expect(resolveSettings(unknown, {})).toEqual(resolveSettings({}, {}));
  });

  it('take the address of the Agent from the environment for DogStatsD alone, and after what the code says', () => {
    const env = { DD_AGENT_HOST: 'agent', DD_DOGSTATSD_PORT: '9000' };
    const address = (options: StatsdOptions, from: NodeJS.ProcessEnv = env) => {
      return receiverWords(resolveSettings(options, from).destination).where;
    };
    expect(address({})).toBe('agent:9000');
    expect(address({ host: 'a', port: 1 })).toBe('a:1');
    expect(address({ dialect: 'influx' })).toBe('127.0.0.1:8125');
    expect(address({}, { DD_AGENT_HOST: ' ', DD_DOGSTATSD_PORT: 'x' })).toBe('127.0.0.1:8125');
  });
});
