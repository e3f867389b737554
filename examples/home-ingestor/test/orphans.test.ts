import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, bundle } from './support/bundle.ts';

let scripts: Bundle;
let child: ChildProcess | undefined;

beforeAll(async () => {
  scripts = await bundle();
});

afterAll(() => scripts.remove());

afterEach(() => void child?.kill('SIGKILL'));

describe.each(['broker', 'devices'] as const)('the process of the %s', (name) => {
  it('ends with the program, also when that is gone before it is up', async () => {
    const setup = { broker: 'mqtt://127.0.0.1:1', devices: 1, rate: 1, faults: false };
    child = fork(scripts[name], [JSON.stringify(setup)], { execArgv: [] });
    const ended = once(child, 'exit');
    await once(child, 'spawn');
    child.disconnect();
    expect(await ended).toEqual([0, null]);
  });
});
