import { createRequire } from 'node:module';

const r = createRequire('/work/main/packages/otel/src/x.ts');
const t = [performance.now()];
const mark = (n) => {
  t.push(performance.now());
  console.log(n, (t.at(-1) - t.at(-2)).toFixed(1));
};
r('@opentelemetry/api');
mark('api');

r('@opentelemetry/core');
mark('core');
r('@opentelemetry/context-async-hooks');
mark('cah');
r('@opentelemetry/resources');
mark('resources');
r('@opentelemetry/resource-detector-container');
mark('container');
await import('@org/instrument-core');
mark('org core');
await import('@org/instrument-decorators');
mark('org deco');
await import('@org/instrument-otel');
mark('org otel');
await import('@org/instrument');
mark('org instrument');
