import {
  type HttpAnswer,
  type HttpReceiver,
  type HttpRequest,
  openHttpReceiver,
} from '../../src/conformance/http-receiver.ts';
import { slack } from '../../src/slack/slack.ts';
import { ALL_BEHAVIOURS, runSuite } from '../conformance/run-suite.ts';
import { strictJson } from '../message/text-problems.ts';
import { slackProblems, slackText } from './message-problems.ts';

const PATH = '/services/T024BE7LD/B024BE7LE/pL4ceOfTheS3cretPart1234';
const TOKEN = ['xoxb', '2147483647', 'Abcd3fghIjklMn0p'].join('-');

runSuite('slack, by a webhook', {
  open: () => openHttpReceiver({ path: PATH, read, accept: () => ({ status: 200, body: 'ok' }) }),
  channel: ({ url }: HttpReceiver) => slack({ url, traceUrl: 'https://traces.example.com/{{traceId}}' }),
  behaviours: ALL_BEHAVIOURS,
  sendsIds: true,
  secrets: ['pL4ceOfTheS3cretPart1234', 'B024BE7LE'],
});

/** The API answers 200, and says in the body what went wrong. */
const refuse =
  (error: string) =>
  (request: HttpRequest): HttpAnswer => ({
    status: 200,
    body: JSON.stringify({
      ok: false,
      error,
      response_metadata: { messages: [`[ERROR] ${request.headers.authorization}`] },
    }),
  });
let sent = 0;

for (const threads of [false, true]) {
  runSuite(`slack, by an app${threads ? ', in threads' : ''}`, {
    open: () =>
      openHttpReceiver({
        path: '/api',
        read,
        accept: () => ({
          status: 200,
          body: JSON.stringify({ ok: true, channel: 'C012', ts: `17${++sent}.000100` }),
        }),
        answers: { fail: refuse('internal_error'), reject: refuse('channel_not_found') },
      }),
    channel: ({ url }: HttpReceiver) => slack({ token: TOKEN, channel: 'C012AB3CD', apiUrl: url, threads }),
    behaviours: ALL_BEHAVIOURS,
    sendsIds: true,
    secrets: [TOKEN],
  });
}

function read({ body }: HttpRequest) {
  const message = strictJson(body);
  return { notifications: [slackText(message)], problems: slackProblems(message) };
}
