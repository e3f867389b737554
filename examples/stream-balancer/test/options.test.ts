import { UsageError } from '@org/instrument-example-terminal';
import { describe, expect, it } from 'vitest';
import { helpText, readOptions } from '../src/options.ts';

describe('readOptions', () => {
  it('is under attack until it is stopped', () => {
    expect(readOptions([])).toEqual({
      workers: 4,
      streams: 64,
      rate: 20,
      seconds: undefined,
      chaos: { kill: 2000, freeze: 5000, cut: 1000, outage: 9000 },
      port: 0,
      metricsPort: 0,
      json: false,
      help: false,
    });
  });

  it('reads every flag', () => {
    const args = '--workers 2 --streams 8 --rate 0.5 --seconds 1.5 --kill-every 500ms --freeze-every never';
    const more = '--cut-every 1.5s --outage-every 1m --port 4000 --metrics-port 4001 --json --help';
    expect(readOptions(`${args} ${more}`.split(' '))).toEqual({
      workers: 2,
      streams: 8,
      rate: 0.5,
      seconds: 1.5,
      chaos: { kill: 500, freeze: undefined, cut: 1500, outage: 60_000 },
      port: 4000,
      metricsPort: 4001,
      json: true,
      help: true,
    });
  });

  it.each([
    ['--worker 5', /--worker.*\n[\s\S]*--workers N/],
    ['--workers', /--workers[\s\S]*Known flags/],
    ['somewhere', /somewhere[\s\S]*Known flags/],
    ['--workers 0', "--workers is '0'; expected a whole number from 1 to 64"],
    ['--streams many', "--streams is 'many'; expected a whole number from 1 to 10000"],
    ['--seconds soon', "--seconds is 'soon'; expected a number from 0 to 2147483"],
    ['--kill-every 2', "--kill-every is '2'; expected never, or a time such as 500ms, 2s or 1m"],
    ['--freeze-every 50ms', "--freeze-every is '50ms'; expected never, or a time"],
    ['--port 65536', "--port is '65536'; expected a whole number from 0 to 65535"],
    ['--port 4000 --metrics-port 4000', '--port and --metrics-port are both 4000'],
  ])('refuses %s and says why', (args, message) => {
    expect(() => readOptions(args.split(' '))).toThrow(UsageError);
    expect(() => readOptions(args.split(' '))).toThrow(message);
  });

  it('has a line of help for each flag', () => {
    for (const flag of Object.keys({ workers: 0, streams: 0, rate: 0, 'kill-every': 0, json: 0 })) {
      expect(helpText()).toContain(`--${flag}`);
    }
  });
});
