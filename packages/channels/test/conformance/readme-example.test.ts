import { test } from 'vitest';
import type { Channel } from '../../src/channel.ts';
import { type ConformanceHarness, type HttpReceiver, openHttpReceiver } from '../../src/conformance/index.ts';
import { channelConformance } from '../../src/conformance/suite.ts';
import { DeliveryError } from '../../src/delivery-error.ts';

const gateway = (url: string): Channel => ({
  name: 'gateway',
  settings: { events: 'alert.*', minSeverity: 'critical', rateLimit: { count: 10, per: '1m' } },
  async deliver(batch, { signal }) {
    for (const { id, title, text } of batch) {
      const body = JSON.stringify({ id, title, text });
      const { ok, status, headers } = await fetch(url, {
        method: 'POST',
        body,
        signal,
        redirect: 'manual',
      }).catch(() => {
        throw new DeliveryError('The gateway cannot be reached');
      });
      if (ok) continue;
      const retryAfterMillis = Number(headers.get('retry-after')) * 1_000;
      throw new DeliveryError(`The gateway answered ${status}`, {
        permanent: status < 500 && status !== 429,
        status,
        retryAfterMillis,
      });
    }
  },
});

/** As the README has it. */
const harness: ConformanceHarness<HttpReceiver> = {
  open: () =>
    openHttpReceiver({
      path: '/hook/s3cret-of-tests',
      read: ({ body }) => ({
        notifications: [Object.values(JSON.parse(String(body))).join('\n')],
        problems: [],
      }),
    }),
  channel: ({ url }) => gateway(url),
  behaviours: {
    refuse: true,
    hang: true,
    throttle: true,
    fail: true,
    reject: true,
    rubbish: 'its body says nothing',
    break: true,
    redirect: true,
  },
  sendsIds: true,
  secrets: ['s3cret-of-tests'],
};

for (const { name, run } of channelConformance(harness)) test(name, run);
