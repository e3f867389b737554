import { openHttpReceiver } from '../../src/conformance/index.ts';
import { splunk } from '../../src/splunk/splunk.ts';
import { ALL_BEHAVIOURS, runSuite } from '../conformance/run-suite.ts';
import { acceptEvents, readHec } from './hec-server.ts';

const token = 'b0221cd8-c4b4-465a-9a3c-273e3a75aa29';

runSuite('the Splunk channel', {
  open: () => openHttpReceiver({ read: readHec, accept: acceptEvents }),
  channel: ({ url }) => splunk({ url, token }),
  behaviours: ALL_BEHAVIOURS,
  sendsIds: true,
  secrets: [token],
});
