/** What a device may be. */
export type Domain = 'sensor' | 'switch' | 'meter';

/** One event of a device. Device, boot and sequence together name it; the network may deliver it more than once. */
export interface DeviceEvent {
  readonly device: string;
  /** Tells the starts of a device apart: it counts its events anew with each. */
  readonly boot: number;
  /** Number of the event since the device started, from 1. */
  readonly sequence: number;
  readonly domain: Domain;
  /** What is told: `temperature`, `relay`, `energy`. */
  readonly entity: string;
  readonly value: number | boolean;
  /** Unix time in milliseconds, by the clock of the device. */
  readonly at: number;
}

/** An event that is none. `reason` is one of a few words. */
export class MalformedEventError extends Error {
  override readonly name = 'MalformedEventError';
  readonly reason: 'size' | 'json' | 'shape' | 'topic';

  constructor(reason: MalformedEventError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** No event needs more. */
export const MAX_EVENT_BYTES = 4_096;

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

/**
 * Reads the payload of a message that came on the topic of `device`.
 *
 * @throws {MalformedEventError} when it is no event, or that of another device.
 */
export function readEvent(payload: Buffer, device: string): DeviceEvent {
  if (payload.length > MAX_EVENT_BYTES) throw new MalformedEventError('size', `${payload.length} bytes`);
  const event = parse(payload);
  if (!isEvent(event)) throw new MalformedEventError('shape', 'a field is missing or wrong');
  if (event.device !== device) throw new MalformedEventError('topic', `of another device than its topic`);
  // What else it has must not get into the files.
  const { boot, sequence, domain, entity, value, at } = event;
  return { device, boot, sequence, domain, entity, value, at };
}

function parse(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    throw new MalformedEventError('json', 'no JSON');
  }
}

/** Whether a value has all that an event must have. */
export function isEvent(value: unknown): value is DeviceEvent {
  if (typeof value !== 'object' || value === null) return false;
  const event = value as Partial<Record<keyof DeviceEvent, unknown>>;
  return (
    isName(event.device) &&
    isCount(event.boot) &&
    isCount(event.sequence) &&
    isName(event.entity) &&
    isValue(event.domain, event.value) &&
    isCount(event.at)
  );
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isValue(domain: unknown, value: unknown): boolean {
  if (domain === 'switch') return typeof value === 'boolean';
  if (domain === 'sensor') return Number.isFinite(value);
  return domain === 'meter' && Number.isFinite(value) && (value as number) >= 0;
}
