import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from './child.ts';
import type { Contender } from './contenders.ts';
import { type Bench, expectMessage, SCRAPE_MILLIS } from './round.ts';
import { createScraper } from './scraper.ts';
import type { Turn } from './service/meter.ts';
import type { ServiceMessage, ServiceRequest } from './service/protocol.ts';

/**
 * What telemetry costs within one process, which is on and off in turn: what differs from process to process, and from minute to
 * minute, is in both. What it costs to be there while nothing is recorded is in neither.
 */
export interface TurnsOfProcess {
  /** Relative to turns without: -0.01 is one per cent fewer requests per second. */
  readonly throughput: number;
  /** Relative to turns without: 0.01 is one per cent more CPU time per request. */
  readonly cpu: number;
  /** CPU time per request of the turns without. */
  readonly cpuMicrosPerRequest: number;
}

/** On, off, off, on: a drift is in both alike. */
export const PATTERN = [true, false, false, true] as const;
/** Those in which the code is compiled, for both. */
const WARM_UP_PATTERNS = 2;

/** Starts a service, loads it, and lets it take turns of a second: with telemetry, and scraped once, and without. */
export async function runTurns(
  contender: Contender,
  bench: Bench,
  patterns: number,
): Promise<TurnsOfProcess> {
  const { load, sink, postgres, connections, pinning } = bench;
  const setup = { contender, otlp: sink.endpoint, postgres };
  const service = startChild<ServiceRequest, ServiceMessage>('service/main.js', setup, pinning?.service);
  try {
    const { url, metricsUrl } = await expectMessage(service, 'ready');
    const scraper = createScraper(metricsUrl);
    /** Begins a turn. Returns the one that is over. */
    const turn = async (isRecording: boolean): Promise<Turn> => {
      service.send({ kind: 'turn', isRecording });
      return (await expectMessage(service, 'turn')).turn;
    };
    load.send({ kind: 'load', url, connections });
    const order = Array.from({ length: WARM_UP_PATTERNS + patterns }, () => PATTERN).flat();
    const warmUp = WARM_UP_PATTERNS * PATTERN.length;
    const turns: TakenTurn[] = [];
    await turn(PATTERN[0]);
    for (const [i, isRecording] of order.entries()) {
      // What fails before may be the end of the last service.
      if (i === warmUp) load.send({ kind: 'measure' });
      if (isRecording) scraper.every(SCRAPE_MILLIS);
      await sleep(SCRAPE_MILLIS);
      if (isRecording) await scraper.stop();
      turns.push({ isRecording, ...(await turn(order[i + 1] ?? isRecording)) });
    }
    load.send({ kind: 'stop' });
    const { failures } = await load.next();
    if (failures > 0) throw new Error(`${contender.name}: ${failures} requests failed`);
    return compared(turns.slice(warmUp));
  } finally {
    await service.end();
  }
}

interface TakenTurn extends Turn {
  readonly isRecording: boolean;
}

function compared(turns: readonly TakenTurn[]): TurnsOfProcess {
  const sum = (isOn: boolean, of: (turn: Turn) => number): number =>
    turns.filter(({ isRecording }) => isRecording === isOn).reduce((total, turn) => total + of(turn), 0);
  const perSecond = (isOn: boolean): number =>
    sum(isOn, ({ requests }) => requests) / sum(isOn, ({ seconds }) => seconds);
  const cpu = (isOn: boolean): number =>
    sum(isOn, ({ cpuMicros }) => cpuMicros) / sum(isOn, ({ requests }) => requests);
  return {
    throughput: perSecond(true) / perSecond(false) - 1,
    cpu: cpu(true) / cpu(false) - 1,
    cpuMicrosPerRequest: cpu(false),
  };
}
