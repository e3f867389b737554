import { openHttpReceiver } from '../../src/conformance/index.ts';
import { elastic } from '../../src/elastic/elastic.ts';
import { runSuite } from '../conformance/run-suite.ts';
import { acceptBulk, readBulk } from './bulk-server.ts';

const apiKey = 'c2VjcmV0LWlkOnNlY3JldC1rZXk';

runSuite('the Elastic channel', {
  open: () => openHttpReceiver({ read: readBulk, accept: acceptBulk }),
  channel: ({ url }) => elastic({ url, apiKey }),
  behaviours: {
    refuse: true,
    hang: true,
    throttle: true,
    fail: true,
    reject: true,
    rubbish: true,
    break: true,
    redirect: true,
  },
  sendsIds: true,
  secrets: [apiKey],
});
