// A vitest reporter that writes results.json, which the compatibility table of the README is made of (write-table.mjs).
import { readdirSync, writeFileSync } from 'node:fs';

/** The order of the rows; within a file, the tests' own. */
const FILES = [
  'basic',
  'servers',
  'decorators',
  'nest',
  'grpc',
  'health',
  'system',
  'audit',
  'statsd',
  'channels',
  'executions',
  'types',
];

export default class ResultsReporter {
  onTestRunEnd(modules, _errors, reason) {
    const place = (module) => FILES.findIndex((name) => module.moduleId.endsWith(`/${name}.test.ts`));
    const sorted = modules.toSorted((a, b) => place(a) - place(b));
    const tests = sorted.flatMap((module) => [...module.children.allTests()]);
    const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.test.ts'));
    const isWhole =
      modules.length === files.length && tests.every((test) => test.result().state !== 'skipped');
    // A run of a part would leave a part of the table.
    if (!isWhole || reason === 'interrupted') return;
    const results = tests.flatMap((test) => {
      const cell = test.meta().compatibility;
      return cell === undefined ? [] : [{ ...cell, works: test.result().state === 'passed' }];
    });
    const file = new URL('./results.json', import.meta.url);
    writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  }
}
