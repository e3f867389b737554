import { hostname } from 'node:os';
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

  it('lets the user’s attributes win over detected ones, and names over attributes', async () => {
    expect(
      await attributesOf({
        serviceName: 'named',
        attributes: { 'service.name': 'listed', 'host.name': 'mine', 'process.command_args': ['given'] },
      }),
    ).toMatchObject({ 'service.name': 'named', 'host.name': 'mine', 'process.command_args': ['given'] });
  });
});
