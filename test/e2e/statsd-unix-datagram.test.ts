import { afterEach, describe, expect, it } from 'vitest';
import { createStatsdExporter } from '../../packages/statsd/src/index.ts';
import { counter, metricsOf } from '../../packages/statsd/test/support/encode.ts';
import { socketPath, startUnixDatagram } from '../../packages/statsd/test/support/receivers.ts';
import { describeTransport } from '../../packages/statsd/test/transport/conformance.ts';

// Here and not beside the other transports: the package unix-dgram has to be built, which needs more than Node.js.
describeTransport('Unix datagram', {
  start: () => startUnixDatagram(),
  nowhere: async () => ({ transport: 'unix-datagram', path: socketPath() }),
});

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe('Unix datagrams', () => {
  it('go to a receiver that was started again', async () => {
    const path = socketPath();
    const first = await startUnixDatagram(path);
    const exporter = createStatsdExporter({ timeout: 200, ...first.options });
    closers.push(() => exporter.shutdown());
    const send = (name: string) =>
      new Promise<{ code: number; error?: Error }>((resolve) =>
        exporter.export(metricsOf([counter(name, { value: 1 })]), resolve),
      );
    await send('before');
    await first.received(1);
    await first.close();
    expect((await send('away')).error?.message).toBe(
      `StatsD at ${path}: ENOENT. The address is set by statsd.path`,
    );
    const second = await startUnixDatagram(path);
    closers.push(second.close);
    expect(await send('after')).toEqual({ code: 0 });
    expect(await second.received(1)).toEqual(['after:1|c']);
  });
});
