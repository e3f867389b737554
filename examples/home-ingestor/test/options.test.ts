import { UsageError } from '@org/instrument-example-terminal';
import { describe, expect, it } from 'vitest';
import { helpText, readOptions } from '../src/options.ts';

describe('readOptions', () => {
  it('has faults, and a broker of its own, until it is stopped', () => {
    expect(readOptions([])).toEqual({
      broker: undefined,
      devices: 24,
      rate: 20,
      seconds: undefined,
      faults: true,
      out: expect.stringMatching(/home-ingestor.out$/),
      port: 0,
      json: false,
      help: false,
    });
  });

  it('reads every flag', () => {
    const args =
      '--broker mqtt://10.0.0.1:1883 --devices 3 --rate 0.5 --seconds 1.5 --faults off --out x --port 9';
    expect(readOptions(`${args} --json --help`.split(' '))).toEqual({
      ...{
        broker: 'mqtt://10.0.0.1:1883',
        devices: 3,
        rate: 0.5,
        seconds: 1.5,
        faults: false,
        out: 'x',
        port: 9,
      },
      ...{ json: true, help: true },
    });
  });

  it.each([
    ['--broker localhost', "--broker is 'localhost'; expected a URL such as mqtt://"],
    ['--broker http://x', "--broker is 'http://x'"],
    ['--faults maybe', "--faults is 'maybe'; expected on or off"],
    ['--devices 0', "--devices is '0'; expected a whole number from 1 to 1000"],
    ['--port 65536', "--port is '65536'"],
    ['--fault on', /--fault[\s\S]*Known flags/],
  ])('refuses %s and says why', (args, message) => {
    expect(() => readOptions(args.split(' '))).toThrow(UsageError);
    expect(() => readOptions(args.split(' '))).toThrow(message);
  });

  it('has a line of help for each flag', () => {
    for (const flag of ['broker', 'devices', 'rate', 'seconds', 'faults', 'out', 'port', 'json']) {
      expect(helpText()).toContain(`--${flag}`);
    }
  });
});
