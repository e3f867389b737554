import { createHmac } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type HttpRequest, openHttpReceiver } from '../../src/conformance/http-receiver.ts';
import { notificationOf } from '../../src/conformance/notifications.ts';
import type { Notification } from '../../src/notification.ts';
import type { WebhookOptions } from '../../src/webhook/options.ts';
import { keyOf, standardHeaders } from '../../src/webhook/signature.ts';
import { webhook } from '../../src/webhook/webhook.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** As the specification has it for receivers, "Verifying signatures". */
function isSignedWith(secret: string, { headers, body }: HttpRequest): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signed = Buffer.concat([
    Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`),
    body,
  ]);
  const expected = createHmac('sha256', key).update(signed).digest('base64');
  return String(headers['webhook-signature'])
    .split(' ')
    .some((signature) => signature === `v1,${expected}`);
}

async function sent(
  options: Omit<WebhookOptions, 'url'>,
  ...batches: Notification[][]
): Promise<readonly HttpRequest[]> {
  const receiver = await openHttpReceiver({ read: () => ({ notifications: [] }) });
  const channel = webhook({ url: receiver.url, ...options });
  for (const batch of batches)
    await channel.deliver(batch, { signal: new AbortController().signal, attempt: 1 });
  await receiver.close();
  return receiver.requests();
}

test('the vector of the reference libraries is reproduced', () => {
  // github.com/standard-webhooks/standard-webhooks, "sign function works" in the tests of each library.
  const key = keyOf(SECRET) as Buffer;
  expect(
    standardHeaders([key], 'msg_p5jXN8AQM9LWM0D4loKWxJek', '{"test": 2432232314}', 1_614_265_330_000),
  ).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

describe('a signed request', () => {
  test('can be verified, with each of the secrets and no other', async () => {
    const [request] = await sent({ secret: [SECRET, OTHER] }, [notificationOf({ title: 'überall 😀' })]);
    expect([SECRET, OTHER].map((secret) => isSignedWith(secret, request!))).toEqual([true, true]);
    expect(isSignedWith(`whsec_${Buffer.alloc(32, 8).toString('base64')}`, request!)).toBe(false);
    const tampered = {
      ...request!,
      body: Buffer.from(request!.body.toString().replace('überall', 'nirgends')),
    };
    expect(isSignedWith(SECRET, tampered)).toBe(false);
  });

  test('says when it was sent, not when it happened', async () => {
    const before = Math.floor(Date.now() / 1_000);
    const [request] = await sent({ secret: SECRET }, [notificationOf()]);
    const timestamp = Number(request!.headers['webhook-timestamp']);
    expect(timestamp).toBeGreaterThanOrEqual(before);
    expect(timestamp).toBeLessThanOrEqual(Date.now() / 1_000);
  });

  test('has one id for the same notifications, however often they are sent, and others for others', async () => {
    const [a, b] = [notificationOf(), notificationOf()];
    const requests = await sent({ secret: SECRET }, [a], [a], [b], [a, b], [a, b], [b, a]);
    const ids = requests.map(({ headers }) => headers['webhook-id']);
    expect(ids[0]).toBe(a.id);
    expect(ids.map((id) => ids.indexOf(id))).toEqual([0, 0, 2, 3, 3, 5]);
    expect(requests.map(({ headers }) => headers['idempotency-key'])).toEqual(ids);
  });

  test('has no dot in its id, which would move what is signed from one part to another', async () => {
    const [request] = await sent({ secret: SECRET }, [notificationOf({ id: '1.2\r\nX: y' })]);
    expect(request!.headers['webhook-id']).toMatch(/^batch_[\w-]{43}$/);
    expect(isSignedWith(SECRET, request!)).toBe(true);
  });

  test('signs what the body is before it is compressed', async () => {
    const [request] = await sent({ secret: SECRET, compress: true }, [notificationOf()]);
    expect(request!.headers['content-encoding']).toBe('gzip');
    expect(isSignedWith(SECRET, { ...request!, body: gunzipSync(request!.body) })).toBe(true);
  });

  test('can have a plain signature in a header of its own instead', async () => {
    const options = { secret: 'ItsASecret', signatureHeader: 'X-Hub-Signature-256' };
    const [request] = await sent(options, [notificationOf()]);
    const expected = createHmac('sha256', 'ItsASecret').update(request!.body).digest('hex');
    expect(request!.headers['x-hub-signature-256']).toBe(`sha256=${expected}`);
    expect(request!.headers['webhook-signature']).toBeUndefined();
  });

  test('is not made without a secret', async () => {
    const [request] = await sent({}, [notificationOf()]);
    expect(Object.keys(request!.headers).filter((name) => name.startsWith('webhook-'))).toEqual([]);
  });
});
