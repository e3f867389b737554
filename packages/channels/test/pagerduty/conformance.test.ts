import {
  type HttpReceiver,
  type HttpRequest,
  openHttpReceiver,
} from '../../src/conformance/http-receiver.ts';
import { pagerDuty } from '../../src/pagerduty/pager-duty.ts';
import { ALL_BEHAVIOURS, runSuite } from '../conformance/run-suite.ts';
import { strictJson } from '../message/text-problems.ts';
import { pagerDutyProblems } from './event-problems.ts';

const ROUTING_KEY = 'e93facc04764012d7bfb002500d5d1a6';

runSuite('pagerDuty', {
  open: () =>
    openHttpReceiver({
      path: '/v2/enqueue',
      read,
      accept: () => ({
        status: 202,
        body: '{"status":"success","message":"Event processed","dedup_key":"x"}',
      }),
      answers: {
        reject: ({ body }) => ({
          status: 400,
          body: JSON.stringify({
            status: 'invalid event',
            message: 'Event object is invalid',
            errors: [`not a key: ${JSON.parse(body.toString()).routing_key}`],
          }),
        }),
      },
    }),
  channel: ({ url }: HttpReceiver) => pagerDuty({ url, routingKey: ROUTING_KEY }),
  behaviours: ALL_BEHAVIOURS,
  sendsIds: true,
  secrets: [ROUTING_KEY],
});

function read({ body }: HttpRequest) {
  const event = strictJson(body);
  const payload = event.payload as { summary: string; custom_details: { id: string; text?: string } };
  const { id, text = '' } = payload.custom_details;
  return { notifications: [`${payload.summary} ${id} ${text}`], problems: pagerDutyProblems(body, event) };
}
