import cluster from 'node:cluster';
import { getMeter, init } from '@org/instrument';

// Two children that have counted 1 and 2, and serve /metrics on the port that they are told.

if (cluster.isPrimary) {
  const told = [];
  for (const id of [1, 2]) {
    cluster.fork({ ID: String(id) }).on('message', (message) => {
      told.push(message);
      if (told.length === 2) console.log(JSON.stringify(told));
    });
  }
} else {
  const id = Number(process.env.ID);
  getMeter('shop').createCounter('orders').add(id);
  const telemetry = init({ prometheus: { port: Number(process.env.METRICS_PORT) }, otlp: false });
  await telemetry.ready;
  process.send({ id, url: telemetry.endpoints.prometheus });
}
