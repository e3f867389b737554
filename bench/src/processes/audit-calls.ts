import { setImmediate as nextTurn } from 'node:timers/promises';
import { audited } from '@org/instrument-audit';
import { createAudit } from '@org/instrument-audit/journal';
import { pino } from 'pino';
import { median } from '../measure.ts';

/** Microseconds of one call: one after the other, and a hundred at once. */
export interface CallTimes {
  readonly bare: number;
  readonly written: number;
  readonly queued: number;
  /** By hand, with a line before and one after, and with one after. */
  readonly twice: number;
  readonly once: number;
  readonly bareTogether: number;
  readonly writtenTogether: number;
  readonly twiceTogether: number;
}

const WARM_UP = 100;
const ROUNDS = 200;
const CALLS = 100;
const MICROS_PER_MILLI = 1_000;
const ACTION = 'orders.refund';

const directory = process.argv[3] as string;
const audit = createAudit({ directory });
const logger = pino(pino.destination({ dest: `${directory}/pino.log`, sync: true }));

let calls = 0;
type Call = () => Promise<number>;
const bare: Call = async () => await Promise.resolve(calls++);
const written = audited(ACTION, bare, { audit });
const queued = audited(ACTION, bare, { audit, durability: 'queued' });
const byHand =
  (isTwice: boolean): Call =>
  async () => {
    const startMillis = performance.now();
    if (isTwice) logger.info({ action: ACTION, actor: { id: 'user:42' }, phase: 'started' });
    try {
      const result = await bare();
      log('success', startMillis);
      return result;
    } catch (error) {
      log('failure', startMillis, error);
      throw error;
    }
  };

const together =
  (call: Call): (() => Promise<unknown>) =>
  () =>
    Promise.all(Array.from({ length: CALLS }, call));
const inTurn =
  (call: Call): (() => Promise<unknown>) =>
  async () => {
    for (let i = 0; i < CALLS; i++) await call();
  };

const [twice, once] = [byHand(true), byHand(false)];
const works: Readonly<Record<keyof CallTimes, () => Promise<unknown>>> = {
  bare: inTurn(bare),
  written: inTurn(written),
  queued: inTurn(queued),
  twice: inTurn(twice),
  once: inTurn(once),
  bareTogether: together(bare),
  writtenTogether: together(written),
  twiceTogether: together(twice),
};
// As in a service, where a request has an actor.
const times = await audit.with({ actor: 'user:42' }, measure);
await audit.flush();
if (audit.status().shed > 0) throw new Error(`${audit.status().shed} entries were shed`);
await audit.close();
process.on('disconnect', () => process.exit());
process.send?.(times);

async function measure(): Promise<CallTimes> {
  const names = Object.keys(works) as (keyof CallTimes)[];
  const millis = Object.fromEntries(names.map((name) => [name, [] as number[]]));
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const name of names) {
      const begun = performance.now();
      await works[name]();
      // What is left for the end of the turn is written then.
      await nextTurn();
      if (round >= 0) millis[name]?.push(performance.now() - begun);
    }
  }
  const micros = names.map((name) => [name, (median(millis[name] ?? []) * MICROS_PER_MILLI) / CALLS]);
  return Object.fromEntries(micros) as unknown as CallTimes;
}

function log(outcome: string, startMillis: number, error?: unknown): void {
  const durationMillis = performance.now() - startMillis;
  logger.info({
    action: ACTION,
    actor: { id: 'user:42' },
    phase: 'ended',
    outcome,
    durationMillis,
    err: error,
  });
}
