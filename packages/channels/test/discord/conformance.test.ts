import {
  type HttpReceiver,
  type HttpRequest,
  openHttpReceiver,
} from '../../src/conformance/http-receiver.ts';
import { discord } from '../../src/discord/discord.ts';
import { ALL_BEHAVIOURS, runSuite } from '../conformance/run-suite.ts';
import { strictJson } from '../message/text-problems.ts';
import { discordProblems, embedTexts } from './message-problems.ts';

const PATH = '/api/webhooks/123456789012345678/t0kenOfTheWebh00k_abcdef';

runSuite('discord', {
  open: () =>
    openHttpReceiver({
      path: PATH,
      read,
      accept: () => ({ status: 200, body: '{"id":"1"}' }),
      answers: {
        throttle: () => ({
          status: 429,
          headers: { 'retry-after': '9' },
          body: JSON.stringify({ message: 'You are being rate limited.', retry_after: 7, global: false }),
        }),
      },
    }),
  channel: ({ url }: HttpReceiver) => discord({ url, traceUrl: 'https://traces.example.com/{{traceId}}' }),
  behaviours: ALL_BEHAVIOURS,
  sendsIds: 'embeds have no place for what people are not to see',
  secrets: ['t0kenOfTheWebh00k_abcdef'],
});

function read({ body, path }: HttpRequest) {
  const message = strictJson(body);
  const ofPath = path === `${PATH}?wait=true` ? [] : [`path ${path}`];
  return { notifications: embedTexts(message), problems: [...ofPath, ...discordProblems(message)] };
}
