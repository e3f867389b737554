export {
  type Behaviour,
  type CaseLeftOut,
  type ConformanceCase,
  type ConformanceHarness,
  RETRY_AFTER_SECONDS,
  type Receiver,
} from './harness.ts';
export {
  type HttpAnswer,
  type HttpReading,
  type HttpReceiver,
  type HttpReceiverOptions,
  type HttpRequest,
  openHttpReceiver,
} from './http-receiver.ts';
export { casesLeftOut, channelConformance } from './suite.ts';
