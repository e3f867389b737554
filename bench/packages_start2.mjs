const t0=performance.now();
const { getMeter, init } = await import('@org/instrument');
const t1=performance.now();
const telemetry = init({ serviceName: 'bench', prometheus: { port: 0 }, logLevel: 'none' });
const t2=performance.now();
getMeter('bench').createCounter('started').add(1, { by: 'bench' });
const t3=performance.now();
process.stdout.write([t1-t0,t2-t1,t3-t2,t3-t0].map(x=>x.toFixed(2)).join(' ')+'\n');
process.exit(0);
