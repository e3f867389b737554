import type { DeviceTruth } from '../devices/protocol.ts';
import { toldValue } from '../devices/told-value.ts';
import { isEvent } from '../event/device-event.ts';
import { readLines, segmentPath, segmentsOf } from '../write/segments.ts';

/** What is in the files, against what the devices say. */
export interface FileFigures {
  /** Events in the files that these devices sent. */
  readonly events: number;
  /** Events that the broker has acknowledged and that are in no file. */
  readonly lost: number;
  /** The first of them, as `device/boot/sequence`. */
  readonly lostFirst: readonly string[];
  /** Events of these devices that the broker has not acknowledged, whether they are in the files or not. */
  readonly unacknowledged: number;
  /** Lines with an event that stands in another line too. */
  readonly twice: number;
  /** Lines with an event that no device sent, or that says something else. */
  readonly wrong: number;
  /** Lines that are no events. */
  readonly broken: number;
  /** Lines of earlier runs. */
  readonly earlier: number;
  readonly segments: number;
}

/** Lost events that are named. */
const MAX_SHOWN = 10;

interface Expected {
  readonly truth: DeviceTruth;
  readonly found: Set<number>;
}

/** Reads all files, and compares them with the truth. Copies of events that are in the files already count as `twice`. */
export async function verifyFiles(directory: string, truths: readonly DeviceTruth[]): Promise<FileFigures> {
  const expected = new Map<string, Expected>(
    truths.map((truth) => [`${truth.device}/${truth.boot}`, { truth, found: new Set<number>() }]),
  );
  const oldest = Math.min(...truths.map(({ boot }) => boot));
  let [twice, wrong, broken, earlier, events] = [0, 0, 0, 0, 0];
  const look = (line: string): void => {
    const event = parse(line);
    if (!isEvent(event)) {
      broken++;
      return;
    }
    const { device, boot, sequence, domain, value } = event;
    const known = expected.get(`${device}/${boot}`);
    if (known === undefined) {
      if (boot < oldest) earlier++;
      else wrong++;
      return;
    }
    if (known.found.has(sequence)) twice++;
    else if (sequence > known.truth.sent || value !== toldValue(domain, sequence)) wrong++;
    else events++;
    known.found.add(sequence);
  };
  const segments = await segmentsOf(directory);
  for (const segment of segments) await readLines(segmentPath(directory, segment), look);
  const lost = [...expected.values()].flatMap(({ truth, found }) =>
    [...acknowledged(truth)].filter(({ sequence }) => !found.has(sequence)),
  );
  return {
    events,
    lost: lost.length,
    lostFirst: lost.slice(0, MAX_SHOWN).map(({ device, boot, sequence }) => `${device}/${boot}/${sequence}`),
    unacknowledged: truths.reduce((sum, truth) => sum + truth.unacknowledged.length, 0),
    twice,
    wrong,
    broken,
    earlier,
    segments: segments.length,
  };
}

/** Events of a device that the broker has acknowledged. */
export function* acknowledged(
  truth: DeviceTruth,
): Generator<{ device: string; boot: number; sequence: number }> {
  const { device, boot, sent } = truth;
  const missing = new Set(truth.unacknowledged);
  for (let sequence = 1; sequence <= sent; sequence++) {
    if (!missing.has(sequence)) yield { device, boot, sequence };
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
