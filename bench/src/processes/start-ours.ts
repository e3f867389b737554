/** Says when, in milliseconds since before the import, the first value was recorded, and when `/metrics` listened. */
const begun = performance.now();
const { getMeter, init } = await import('@org/instrument');
const telemetry = init({ serviceName: 'bench', prometheus: { port: 0 }, logLevel: 'none' });
getMeter('bench').createCounter('started').add(1, { by: 'bench' });
const firstRecord = performance.now() - begun;
await telemetry.ready;
process.send?.({ firstRecord, ready: performance.now() - begun });
await telemetry.shutdown();

export {};
