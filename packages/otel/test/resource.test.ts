import { hostname } from 'node:os';
import { processDetector } from '@opentelemetry/resources';
import { describe, expect, it } from 'vitest';
import type { OtelOptions } from '../src/index.ts';
import { createResource } from '../src/resource.ts';

async function attributesOf(options: OtelOptions): Promise<Record<string, unknown>> {
  const resource = createResource(options);
  await resource.waitForAsyncAttributes?.();
  return resource.attributes;
}

describe('the resource', () => {
  it('has the names given', async () => {
    expect(
      await attributesOf({
        serviceName: 'checkout',
        serviceVersion: '1.2.3',
        environment: 'production',
        attributes: { team: 'payments' },
      }),
    ).toMatchObject({
      'service.name': 'checkout',
      'service.version': '1.2.3',
      'deployment.environment.name': 'production',
      team: 'payments',
    });
  });

  it('has what is detected of host, operating system, process and service instance', async () => {
    expect(await attributesOf({})).toMatchObject({
      'service.name': expect.stringMatching(/^unknown_service/),
      'service.instance.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'telemetry.sdk.language': 'nodejs',
      'host.name': hostname(),
      'os.type': process.platform,
      'process.pid': process.pid,
      'process.runtime.version': process.versions.node,
    });
  });

  it('leaves out the command line, which may carry secrets', async () => {
    const keys = Object.keys(await attributesOf({}));
    expect(keys.filter((key) => key.startsWith('process.command'))).toEqual([]);
    expect(keys).toContain('process.executable.name');
  });

  it.each([
    ['nothing', [], []],
    ['host', ['host'], ['host.']],
    ['process and service instance', ['serviceinstance', 'process'], ['process.', 'service.instance.id']],
  ] as const)(
    'has what is detected of %s where no more is asked for',
    async (_, resourceDetectors, starts) => {
      const keys = Object.keys(await attributesOf({ resourceDetectors }));
      const detected = keys.filter((key) => !/^(?:telemetry\.sdk\.|service\.name$)/.test(key));
      for (const start of starts) expect(detected.filter((key) => key.startsWith(start))).not.toEqual([]);
      expect(detected.filter((key) => !starts.some((start) => key.startsWith(start)))).toEqual([]);
    },
  );

  it('has what detectors of the user find, also late, and no command line by them either', async () => {
    const region = { detect: () => ({ attributes: { 'cloud.region': Promise.resolve('north') } }) };
    const attributes = await attributesOf({ resourceDetectors: [processDetector, region] });
    expect(attributes).toMatchObject({ 'cloud.region': 'north', 'process.pid': process.pid });
    expect(Object.keys(attributes).filter((key) => key.startsWith('process.command'))).toEqual([]);
  });

  it('does without a detector of the user that throws', async () => {
    const broken = {
      detect: () => {
        throw new Error('no metadata server');
      },
    };
    expect(await attributesOf({ resourceDetectors: [broken, 'host'] })).toMatchObject({
      'host.name': hostname(),
    });
  });

  it('lets the user’s attributes win over detected ones, and names over attributes', async () => {
    expect(
      await attributesOf({
        serviceName: 'named',
        attributes: { 'service.name': 'listed', 'host.name': 'mine', 'process.command_args': ['given'] },
      }),
    ).toMatchObject({ 'service.name': 'named', 'host.name': 'mine', 'process.command_args': ['given'] });
  });
});
