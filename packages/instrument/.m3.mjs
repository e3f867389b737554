import { createRequire } from 'node:module';

const r = createRequire('/work/main/packages/otel/src/x.ts');
const t = [performance.now()];
const mark = (n) => {
  t.push(performance.now());
  console.log(n, (t.at(-1) - t.at(-2)).toFixed(1));
};
await import('@opentelemetry/api');
mark('api');
await import('@org/instrument');
mark('org instrument');
