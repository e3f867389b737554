import { type DeviceEvent, MalformedEventError, readEvent } from '../event/device-event.ts';
import { TOPIC_FILTER, TopicCache } from '../event/topics.ts';
import { recorder } from '../recorder.ts';
import { type BreakerState, CircuitBreaker } from '../write/circuit-breaker.ts';
import { type Disk, disk as realDisk } from '../write/disk.ts';
import { persist } from '../write/persist.ts';
import { resume, saveWindow } from '../write/resume.ts';
import { SegmentWriter } from '../write/segment-writer.ts';
import { Batcher } from './batcher.ts';
import { DedupWindow, type EventKey } from './dedup-window.ts';
import { type Message, type Subscription, subscribe } from './subscription.ts';
import { createTally, type Tally } from './tally.ts';

/** Options of {@link startIngestor}. */
export interface IngestorOptions {
  readonly broker: string;
  readonly directory: string;
  /** Session at the broker. Default `home-ingestor`. */
  readonly clientId?: string;
  /** Default the disk of the machine. */
  readonly disk?: Disk;
  /** Default 1 MiB, so that a short run rotates too. */
  readonly segmentBytes?: number;
  readonly say?: (line: string) => void;
}

/** An ingestor that runs. */
export interface Ingestor {
  readonly tally: Readonly<Tally>;
  readonly window: DedupWindow;
  readonly subscription: Subscription;
  /** Events that wait to be written. */
  readonly depth: number;
  /** How often the broker was held up because the queue was full. */
  readonly stalls: number;
  readonly breaker: BreakerState;
  /** When an event was last written, or the ingestor started: Unix time in milliseconds. */
  readonly lastWriteMillis: number;
  /** Whether all of these were written. */
  hasWritten(keys: Iterable<EventKey>): boolean;
  /** Takes nothing in any more, writes what it has, and ends. */
  stop(): Promise<void>;
}

/** Events of a batch, and the longest time in milliseconds that one waits for others. */
const BATCH = { size: 200, delayMillis: 50 } as const;
/** Events that may wait for the disk, about a second of a busy house. */
export const QUEUE_CAPACITY = 2_000;
const SEGMENT_BYTES = 1024 * 1024;
/** Topics that are remembered. */
const TOPICS = 1_000;
/** How long `stop` tries to write what it has. */
const STOPPING_MILLIS = 10_000;

interface Waiting {
  readonly event: DeviceEvent;
  readonly line: string;
  readonly receivedMillis: number;
}

/** Starts to take events from the broker and to write them; what was written before is read first. */
export async function startIngestor(options: IngestorOptions): Promise<Ingestor> {
  const { directory, broker, disk = realDisk, say = () => {} } = options;
  const tally = createTally();
  const window = new DedupWindow();
  const giveUp = new AbortController();
  const start = await resume(directory, window);
  let lastWriteMillis = Date.now();

  const fail = (error: unknown, component: string, severity: 'warning' | 'error'): void => {
    tally.errors++;
    recorder.recordError({ error, component, severity });
  };
  const retry = (operation: string, attempt: number, delayMillis: number, reason: string): void => {
    tally.retries++;
    recorder.recordRetry({ operation, attempt, delayMillis, reason });
  };

  const writer = new SegmentWriter({
    directory,
    disk,
    start,
    maxBytes: options.segmentBytes ?? SEGMENT_BYTES,
    onFinished: (segment) => saveWindow(directory, segment, window),
  });
  recorder.recordCircuitState({ circuit: 'writer', state: 'closed' });
  const breaker = new CircuitBreaker({
    failures: 3,
    openMillis: 200,
    onChange: (state, reason) => {
      tally.circuitChanges++;
      recorder.recordCircuitState({ circuit: 'writer', state, reason });
      say(`writer: circuit ${state}, ${reason}`);
    },
  });
  const surely = (operation: string, work: () => Promise<void>): Promise<void> =>
    persist(work, {
      breaker,
      signal: giveUp.signal,
      onFailure: (error) => fail(error, 'writer', 'error'),
      onRetry: ({ attempt, delayMillis, error }) => retry(operation, attempt, delayMillis, codeOf(error)),
    });

  const write = async (batch: readonly Waiting[]): Promise<void> => {
    const bytes = Buffer.from(batch.map(({ line }) => line).join(''));
    await surely('write', () => writer.append(bytes));
    const now = performance.now();
    lastWriteMillis = Date.now();
    tally.batches++;
    tally.bytesOut += bytes.length;
    recorder.recordDataVolume({ direction: 'out', bytes: bytes.length, source: 'disk' });
    for (const { event, receivedMillis } of batch) {
      // Only now are the broker, and those copies that came meanwhile, told.
      window.commit(event);
      tally.written++;
      const { domain, entity } = event;
      recorder.recordEvent({
        source: 'mqtt',
        domain,
        entity,
        durationMillis: now - receivedMillis,
        success: true,
      });
    }
    await surely('rotate', () => writer.rotate());
  };
  const batcher = new Batcher<Waiting>({
    ...BATCH,
    capacity: QUEUE_CAPACITY,
    write,
    onDepth: (depth) => recorder.recordQueueDepth({ queue: 'writer', depth, capacity: QUEUE_CAPACITY }),
  });
  const topics = new TopicCache(TOPICS, (result) => {
    if (result === 'hit') tally.cacheHits++;
    else tally.cacheMisses++;
    recorder.recordCache({ cache: 'topics', result });
  });

  let isStopping = false;
  const onMessage = ({ topic, payload, acknowledge }: Message): Promise<void> | undefined => {
    // Not acknowledged, it comes again to whoever goes on; and nothing comes after it.
    if (isStopping) return new Promise(() => {});
    const receivedMillis = performance.now();
    tally.received++;
    tally.bytesIn += payload.length;
    recorder.recordDataVolume({ direction: 'in', bytes: payload.length, source: 'mqtt' });
    const { room, device } = topics.placeOf(topic);
    let event: DeviceEvent;
    try {
      event = readEvent(payload, device);
    } catch (error) {
      if (!(error instanceof MalformedEventError)) throw error;
      // It will not get better by coming again.
      acknowledge();
      tally.malformed++;
      const durationMillis = performance.now() - receivedMillis;
      recorder.recordEvent({
        source: 'mqtt',
        domain: 'unknown',
        entity: error.reason,
        durationMillis,
        success: false,
      });
      fail(error, 'parser', 'warning');
      return undefined;
    }
    const verdict = window.take(event, acknowledge);
    tally.checked++;
    recorder.recordDeduplication({ source: 'mqtt', duplicates: verdict === 'new' ? 0 : 1 });
    if (verdict !== 'new') {
      tally.duplicates++;
      return undefined;
    }
    const line = `${JSON.stringify({ ...event, room, receivedAt: Date.now() })}\n`;
    return batcher.push({ event, line, receivedMillis });
  };

  let isLost = false;
  const subscription = subscribe({
    url: broker,
    topic: TOPIC_FILTER,
    clientId: options.clientId ?? 'home-ingestor',
    onMessage,
    onState: (state, reason) => {
      if (state === 'connected' && isLost) tally.reconnects++;
      isLost = state === 'reconnecting';
      recorder.recordConnectionState({ connection: 'broker', state, reason });
      say(`broker: ${state}${reason === undefined ? '' : `, ${reason}`}`);
    },
    onError: (error) => fail(error, 'broker', 'warning'),
    onRetry: ({ attempt, delayMillis, reason }) => retry('connect', attempt, delayMillis, reason),
  });

  return {
    tally,
    window,
    subscription,
    get depth() {
      return batcher.depth;
    },
    get stalls() {
      return batcher.stalls;
    },
    get breaker() {
      return breaker.state;
    },
    get lastWriteMillis() {
      return lastWriteMillis;
    },
    hasWritten(keys) {
      for (const key of keys) if (!window.isWritten(key)) return false;
      return true;
    },
    async stop() {
      isStopping = true;
      const timer = setTimeout(() => giveUp.abort(), STOPPING_MILLIS);
      try {
        await batcher.flush();
      } finally {
        clearTimeout(timer);
        await subscription.close();
        await writer.close();
      }
    },
  };
}

/** Few words whatever goes wrong: the code of an error of the file system, or its class. */
function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.name : typeof error);
}
