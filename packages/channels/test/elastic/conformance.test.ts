import { openHttpReceiver } from '../../src/conformance/index.ts';
import { elastic } from '../../src/elastic/elastic.ts';
import { ALL_BEHAVIOURS, runSuite } from '../conformance/run-suite.ts';
import { acceptBulk, readBulk } from './bulk-server.ts';

const apiKey = 'c2VjcmV0LWlkOnNlY3JldC1rZXk';

runSuite('the Elastic channel', {
  open: () => openHttpReceiver({ read: readBulk, accept: acceptBulk }),
  channel: ({ url }) => elastic({ url, apiKey }),
  behaviours: ALL_BEHAVIOURS,
  sendsIds: true,
  secrets: [apiKey],
});
