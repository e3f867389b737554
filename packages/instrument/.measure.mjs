const t0 = performance.now();
const m = await import('@org/instrument');
const t1 = performance.now();
const opt = JSON.parse(process.argv[2] ?? '{}');
const t = m.init({ logLevel: 'none', ...opt });
const t2 = performance.now();
await t.ready;
const t3 = performance.now();
process.stdout.write(JSON.stringify([t1 - t0, t2 - t1, t3 - t2]) + '\n');
if (process.argv[3]) {
  const { createRequire } = await import('node:module');
  const r = createRequire(import.meta.url);
  const by = {};
  for (const f of Object.keys(r.cache)) {
    const k = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!node_modules)(?!.*node_modules)/.exec(f)?.[1];
    if (k) by[k] = (by[k] ?? 0) + 1;
  }
  console.log(by);
}
process.exit(0);
