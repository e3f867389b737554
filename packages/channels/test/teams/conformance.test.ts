import {
  type HttpReceiver,
  type HttpRequest,
  openHttpReceiver,
} from '../../src/conformance/http-receiver.ts';
import { teams } from '../../src/teams/teams.ts';
import { ALL_BEHAVIOURS, runSuite } from '../conformance/run-suite.ts';
import { strictJson } from '../message/text-problems.ts';
import { cardText, teamsProblems } from './card-problems.ts';

const PATH =
  '/workflows/3f2a9c/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers&sig=s1gnatur3OfTheFl0w';

runSuite('teams', {
  open: () => openHttpReceiver({ path: PATH, read, accept: () => ({ status: 202 }) }),
  channel: ({ url }: HttpReceiver) => teams({ url, traceUrl: 'https://traces.example.com/{{traceId}}' }),
  behaviours: ALL_BEHAVIOURS,
  sendsIds: true,
  secrets: ['s1gnatur3OfTheFl0w', '3f2a9c/triggers'],
});

function read({ body }: HttpRequest) {
  const message = strictJson(body);
  return { notifications: [cardText(message)], problems: teamsProblems(body, message) };
}
