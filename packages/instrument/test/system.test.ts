// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of configuration files are written so
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { resolveConfiguration } from '../src/configuration/resolve-configuration.ts';
import { InstrumentError, init, type Telemetry } from '../src/index.ts';

let telemetry: Telemetry | undefined;

afterEach(async () => {
  await telemetry?.shutdown();
  telemetry = undefined;
});

async function scrape(): Promise<string> {
  return (await fetch(telemetry?.endpoints.prometheus ?? '')).text();
}

describe('init({ system })', () => {
  it('shows the metrics on /metrics once it is ready', async () => {
    telemetry = init({
      prometheus: { port: 0, withoutScopeInfo: true },
      serviceVersion: '1.4.0',
      system: true,
    });
    await telemetry.ready;
    const text = await scrape();
    expect(text).toMatch(/^system_cpu_time_seconds_total\{cpu_mode="user"\} [\d.]+$/m);
    expect(text).toMatch(/^process_memory_usage_bytes [\d.e+]+$/m);
    expect(text).toMatch(/^v8js_memory_heap_used_bytes\{v8js_heap_space_name="old_space"\} /m);
    expect(text).toMatch(/^system_filesystem_limit_bytes\{.*system_filesystem_mountpoint="\/".*\} /m);
    expect(text).toMatch(/^instrument_build_info\{.*service_version="1\.4\.0".*\} 1$/m);
  });

  it('shows the version of the service for a build whose version is not known', async () => {
    const version: string | undefined = undefined;
    telemetry = init({
      prometheus: { port: 0, withoutScopeInfo: true },
      serviceVersion: '1.4.0',
      system: { build: { version, revision: 'c0ffee' } },
    });
    await telemetry.ready;
    expect(await scrape()).toMatch(
      /^instrument_build_info\{(?=.*service_version="1\.4\.0")(?=.*c0ffee).*\} 1$/m,
    );
  });

  it('shows what is asked for', async () => {
    telemetry = init({
      prometheus: { port: 0, withoutScopeInfo: true },
      system: { cpu: false, build: false, perCpu: true, networkInclude: ['lo'] },
    });
    await telemetry.ready;
    const text = await scrape();
    expect(text).toMatch(/^system_network_io_bytes_total\{.*network_interface_name="lo".*\} /m);
    expect(text).not.toMatch(/^system_cpu_time|^instrument_build_info/m);
  });

  it('is off unless asked for, and off again after the shutdown', async () => {
    telemetry = init({ prometheus: { port: 0 } });
    await telemetry.ready;
    expect(await scrape()).not.toMatch(/^(system|process|nodejs)_/m);
    await telemetry.shutdown();
    telemetry = init({ prometheus: { port: 0 }, system: { gc: false } });
    await telemetry.ready;
    await telemetry.shutdown();
    telemetry = init({ prometheus: { port: 0 } });
    await telemetry.ready;
    expect(await scrape()).not.toMatch(/^(system|process|nodejs)_/m);
  });

  it('shut down before it was loaded, shows nothing', async () => {
    const first = init({ prometheus: { port: 0 }, system: { gc: false } });
    await first.shutdown();
    await first.ready;
    telemetry = init({ prometheus: { port: 0 } });
    await telemetry.ready;
    expect(await scrape()).not.toMatch(/^(system|process|nodejs)_/m);
  });

  it('reports all mistakes together', () => {
    const act = () =>
      init({
        system: { cpu: 'no', disks: false, interval: 5, diskInclude: 'sda', build: { version: 2 } },
      } as unknown as Parameters<typeof init>[0]);
    expect(act).toThrow(InstrumentError);
    try {
      act();
    } catch (error) {
      expect((error as InstrumentError).problems.map(({ path }) => path).sort()).toEqual([
        'system.build.version',
        'system.cpu',
        'system.diskInclude',
        'system.disks',
        'system.interval',
      ]);
    }
  });

  it('is read from a file', () => {
    const cwd = mkdtempSync(join(tmpdir(), 'instrument-system-'));
    onTestFinished(() => rmSync(cwd, { recursive: true }));
    writeFileSync(
      join(cwd, 'instrument.config.yaml'),
      'system:\n  interval: 30s\n  gc: false\n  networkExclude: [tun*]\n  perCpu: ${PER_CPU}\n',
    );
    const { options } = resolveConfiguration(undefined, { env: { PER_CPU: 'true' }, cwd });
    expect(options.system).toEqual({
      interval: '30s',
      gc: false,
      networkExclude: ['tun*'],
      perCpu: true,
    });
  });
});

it('an application that does not ask for them does not load them', async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    bundle: true,
    splitting: true,
    packages: 'external',
    conditions: ['@org/source'],
    format: 'esm',
    platform: 'node',
    outdir: 'dist',
    write: false,
    metafile: true,
  });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  const kinds = imports.filter(({ path }) => path === '@org/instrument-system').map(({ kind }) => kind);
  expect(kinds).toEqual(['dynamic-import']);
});
