import { MAX_EVENT_BYTES } from '../event/device-event.ts';

/** What devices with a fault send, in turn; `event` is what a good one would send. */
const KINDS: readonly ((event: object) => Buffer)[] = [
  () => Buffer.alloc(0),
  (event) => Buffer.from(JSON.stringify(event).slice(0, -5)),
  (event) => Buffer.from(JSON.stringify({ ...event, value: 'warm' })),
  (event) => Buffer.from(JSON.stringify({ ...event, sequence: -1 })),
  (event) => Buffer.from(JSON.stringify({ ...event, device: 'somebody-else' })),
  () => Buffer.from([0xff, 0xfe, 0x00, 0x80]),
  () => Buffer.from('null'),
  () => Buffer.alloc(MAX_EVENT_BYTES + 1, 0x20),
];

/** A payload that is no event of that device. */
export function rubbish(turn: number, event: object): Buffer {
  return (KINDS[turn % KINDS.length] as (event: object) => Buffer)(event);
}
