import { basename } from 'node:path';
import { UsageError } from '@org/instrument-example-terminal';
import { describe, expect, it } from 'vitest';
import { helpText, readOptions } from '../src/options.ts';

describe('readOptions', () => {
  it("goes through the workspace's node_modules until it is stopped", () => {
    const options = readOptions([]);
    expect(basename(options.directory)).toBe('node_modules');
    expect(options).toMatchObject({
      once: false,
      json: false,
      compare: false,
      concurrency: 8,
      sampling: 0.1,
    });
    const { seconds, limit, port, otlp, rounds, warmUp } = options;
    expect([seconds, limit, port, otlp, rounds, warmUp]).toEqual(Array(6).fill(undefined));
  });

  it('reads every flag', () => {
    const args = '--dir . --seconds 1.5 --once --concurrency 3 --limit 9 --out x.ndjson --port 0 --json';
    const more =
      '--audit journal --otlp http://localhost:4318 --sampling 1 --compare --rounds 7 --warm-up 0 --help';
    expect(readOptions(`${args} ${more}`.split(' '))).toEqual({
      directory: process.cwd(),
      output: `${process.cwd()}/x.ndjson`,
      audit: `${process.cwd()}/journal`,
      seconds: 1.5,
      once: true,
      concurrency: 3,
      limit: 9,
      port: 0,
      otlp: 'http://localhost:4318',
      sampling: 1,
      json: true,
      compare: true,
      rounds: 7,
      warmUp: 0,
      help: true,
    });
  });

  it.each([
    ['--second 5', /--second.*\n[\s\S]*--seconds N/],
    ['--seconds', /--seconds[\s\S]*Known flags/],
    ['somewhere', /somewhere[\s\S]*Known flags/],
    ['--once=yes', /--once[\s\S]*Known flags/],
    ['--seconds soon', "--seconds is 'soon'; expected a number from 0 to 2147483"],
    ['--concurrency 0', "--concurrency is '0'; expected a whole number from 1 to 1024"],
    ['--limit 1.5', "--limit is '1.5'; expected a whole number of at least 0"],
    ['--port 65536', "--port is '65536'"],
    ['--rounds 0', "--rounds is '0'; expected a whole number of at least 1"],
    ['--dir /nowhere', "--dir is '/nowhere', which is no directory"],
    ['--otlp localhost:4318', "--otlp is 'localhost:4318'; expected a URL"],
  ])('refuses %s and says why', (args, message) => {
    expect(() => readOptions(args.split(' '))).toThrow(UsageError);
    expect(() => readOptions(args.split(' '))).toThrow(message);
  });

  it('has a line of help for each flag', () => {
    for (const flag of [
      'dir',
      'seconds',
      'once',
      'concurrency',
      'limit',
      'out',
      'port',
      'otlp',
      'sampling',
      'json',
      'compare',
      'rounds',
      'warm-up',
    ]) {
      expect(helpText()).toMatch(new RegExp(`^  --${flag}( [A-Z]+)? +\\S`, 'm'));
    }
  });
});
