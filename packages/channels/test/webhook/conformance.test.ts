import { gunzipSync } from 'node:zlib';
import {
  type HttpReceiver,
  type HttpRequest,
  openHttpReceiver,
} from '../../src/conformance/http-receiver.ts';
import type { WebhookOptions } from '../../src/webhook/options.ts';
import { webhook } from '../../src/webhook/webhook.ts';
import { ALL_BEHAVIOURS, runSuite } from '../conformance/run-suite.ts';
import { bodyProblems } from './body-problems.ts';

const PATH = '/hooks/Zm9vYmFyYmF6?key=s3cr3t-in-the-query';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

function harnessOf(options: Omit<WebhookOptions, 'url'>, secrets: readonly string[]) {
  return {
    open: () => openHttpReceiver({ path: PATH, read }),
    channel: ({ url }: HttpReceiver) => webhook({ url, ...options }),
    behaviours: ALL_BEHAVIOURS,
    sendsIds: true as const,
    secrets: ['Zm9vYmFyYmF6', 's3cr3t-in-the-query', ...secrets],
  };
}

function read({ body, headers }: HttpRequest) {
  const json = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  const { notifications, problems } = bodyProblems(json);
  return { notifications: notifications.map((one) => `${one.id} ${one.title} ${one.text}`), problems };
}

runSuite('webhook', harnessOf({}, []));
runSuite(
  'webhook, signed and authorised',
  harnessOf({ secret: SECRET, bearer: 'tok-3n-of-the-bearer' }, [SECRET, 'tok-3n-of-the-bearer']),
);
runSuite(
  'webhook, compressed, with a password',
  harnessOf({ compress: true, basic: { username: 'ops', password: 'p4ssw0rd!' } }, [
    'p4ssw0rd!',
    Buffer.from('ops:p4ssw0rd!').toString('base64'),
  ]),
);
runSuite(
  'webhook, with a header',
  harnessOf({ headers: { 'X-Api-Key': 'k3y-of-the-header' }, method: 'PUT' }, ['k3y-of-the-header']),
);
