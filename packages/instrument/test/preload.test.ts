import { describe, expect, it } from 'vitest';
import { preloadedModules } from '../src/preload.ts';

describe('the modules that are preloaded', () => {
  it.each<[string, string[], string, string[]]>([
    ['none', [], '', []],
    ['a flag and its value', ['--import', 'a', '--inspect'], '', ['a']],
    ['a flag with its value', ['--import=a', '--require=b'], '', ['a', 'b']],
    ['the short flag', ['-r', 'a'], '', ['a']],
    ['NODE_OPTIONS, which come first', ['--import', 'b'], '--import a', ['a', 'b']],
    [
      'a path with spaces in NODE_OPTIONS',
      [],
      '--import "./set up/a.mjs" --import=b',
      ['./set up/a.mjs', 'b'],
    ],
    ['escaped quotes in NODE_OPTIONS', [], String.raw`--import="./a\"b.mjs"`, ['./a"b.mjs']],
    ['a flag without its value', ['--import'], '', []],
  ])('%s', (_, execArgv, nodeOptions, expected) => {
    expect(preloadedModules(execArgv, nodeOptions)).toEqual(expected);
  });
});
