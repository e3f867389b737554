import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InstrumentError } from '@org/instrument-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveConfiguration } from '../src/configuration/resolve-configuration.ts';
import { startApp } from './support/start-app.ts';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'instrument-places-'));
});

afterEach(() => rmSync(cwd, { recursive: true }));

function failure(env: Record<string, string> = {}): InstrumentError {
  try {
    resolveConfiguration(undefined, { env, cwd });
  } catch (error) {
    if (error instanceof InstrumentError) return error;
    throw error;
  }
  throw new Error('Nothing was wrong.');
}

describe('a working directory that has been deleted', () => {
  const gone = `
    import { mkdtempSync, rmdirSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    import { join } from 'node:path';
    import { init } from '@org/instrument';
    const directory = mkdtempSync(join(tmpdir(), 'instrument-gone-'));
    process.chdir(directory);
    rmdirSync(directory);
    const telemetry = init({ prometheus: { port: 0 }, system: true, health: true });
    await telemetry.ready;
    const page = await (await fetch(telemetry.endpoints.prometheus)).text();
    console.log(/service_name="[^"]*"/.exec(page)?.[0]);
    await telemetry.shutdown();`;

  it('keeps no service from starting, with a warning', async () => {
    const { code, stdout, stderr } = await startApp({ source: gone, env: { OTEL_SERVICE_NAME: 'shop' } }).end;
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'service_name="shop"\n' });
    expect(stderr.match(/found no working directory/g)).toHaveLength(1);
  });

  it('leaves a file that is named from the root in force', async () => {
    const file = join(cwd, 'mine.yaml');
    writeFileSync(file, 'serviceName: of-the-file\n');
    const { code, stdout, stderr } = await startApp({ source: gone, env: { INSTRUMENT_CONFIG: file } }).end;
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'service_name="of-the-file"\n' });
    expect(stderr).not.toContain('working directory');
  });

  it('makes one that is named from there a warning, which says which', () => {
    const env = { INSTRUMENT_CONFIG: 'etc/mine.yaml' };
    expect(resolveConfiguration(undefined, { env, cwd: undefined })).toMatchObject({
      file: undefined,
      warnings: [{ found: 'no working directory', source: 'INSTRUMENT_CONFIG=etc/mine.yaml' }],
    });
  });

  it('is no matter while OTEL_SDK_DISABLED is true', () => {
    const env = { OTEL_SDK_DISABLED: 'true' };
    expect(resolveConfiguration(undefined, { env, cwd: undefined }).warnings).toEqual([]);
  });
});

describe('a file that is not UTF-8', () => {
  const settings = 'mode: direct\nserviceName: café\n';

  it.each([
    ['Latin-1', Buffer.from(settings, 'latin1'), 'text that is not UTF-8', 2],
    ['UTF-16', Buffer.from(`\uFEFF${settings}`, 'utf16le'), 'text in UTF-16', 1],
    [
      'UTF-16, the other way round',
      Buffer.from(`\uFEFF${settings}`, 'utf16le').swap16(),
      'text in UTF-16',
      1,
    ],
    ['UTF-16 without a mark', Buffer.from(settings, 'utf16le'), 'text in UTF-16', 1],
  ])('%s: is refused, with the line and how to put it right', (_text, bytes, found, line) => {
    writeFileSync(join(cwd, 'instrument.config.yaml'), bytes);
    const error = failure();
    expect(error.problems).toMatchObject([
      { found, expected: 'UTF-8', source: `instrument.config.yaml:${line}` },
    ]);
    expect(error.message).toContain('Save it as UTF-8');
    expect(error.message).not.toContain('caf');
  });

  it('nor is one that INSTRUMENT_CONFIG names', () => {
    writeFileSync(join(cwd, 'mine.json'), Buffer.from('{"serviceName": "café"}', 'latin1'));
    expect(failure({ INSTRUMENT_CONFIG: 'mine.json' }).problems).toMatchObject([{ source: 'mine.json:1' }]);
  });

  it.each(['', '\uFEFF'])('with or without a mark, UTF-8 is read (%j)', (mark) => {
    writeFileSync(join(cwd, 'instrument.config.yaml'), `${mark}${settings}`);
    expect(resolveConfiguration(undefined, { env: {}, cwd }).options.serviceName).toBe('café');
  });
});

describe('a link', () => {
  it('that leads to nothing is a file that cannot be read, not none', () => {
    symlinkSync('../shared/telemetry.yaml', join(cwd, 'instrument.config.yml'));
    expect(failure()).toMatchObject({
      code: 'INSTRUMENT_CONFIG_UNREADABLE',
      problems: [
        { found: 'a link to ../shared/telemetry.yaml, where no file is', source: 'instrument.config.yml' },
      ],
      cause: { code: 'ENOENT' },
    });
    expect(failure({ INSTRUMENT_CONFIG: 'instrument.config.yml' }).message).toContain('where no file is');
  });

  it('that leads to a file is that file', () => {
    mkdirSync(join(cwd, 'shared'));
    writeFileSync(join(cwd, 'shared', 'telemetry.yaml'), 'serviceName: linked');
    symlinkSync('shared/telemetry.yaml', join(cwd, 'instrument.config.yaml'));
    expect(resolveConfiguration(undefined, { env: {}, cwd }).options.serviceName).toBe('linked');
  });
});
