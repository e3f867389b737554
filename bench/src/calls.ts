import { context, createContextKey } from '@opentelemetry/api';
import { MeterProvider as SdkMeterProvider } from '@opentelemetry/sdk-metrics';
import { init, instrumentFunction } from '@org/instrument';
import { atLeast, type Comparison, compare, type Finding, shareAtMost } from './measure.ts';
import { withAutometrics } from './peers/autometrics.ts';
import { handWrittenAsync, handWrittenSync } from './peers/hand-written.ts';
import { nestMethod } from './peers/nestjs-otel.ts';
import { PullReader } from './peers/pull-reader.ts';

let calls = 0;
/** What the functions do: next to nothing, but not what a compiler could leave out. */
export const work = (): number => calls++;
export const asyncWork = async (): Promise<number> => await Promise.resolve(work());

type Report = (finding: Finding) => void;

const SYNC = { name: 'overhead on a sync no-op, metrics only', unit: 'ns', bare: work } as const;
const ASYNC = { name: 'overhead on an async no-op, metrics only', unit: 'ns', bare: asyncWork } as const;

/** The overhead of an instrumented call, metrics only: what it takes beyond the bare call. */
export async function measureCalls(report: Report): Promise<void> {
  const nest = nestMethod(work, false);
  const sdk = new SdkMeterProvider({ readers: [new PullReader()] }).getMeter('bench');
  const clock = performance.now.bind(performance);
  const ours = instrumentFunction(work, { name: 'bench.sync' });
  const oursAsync = instrumentFunction(asyncWork, { name: 'bench.async' });
  await compareInstalled(report, [
    {
      ...SYNC,
      peer: 'hand-written on the SDK',
      target: atLeast(20),
      ours,
      theirs: handWrittenSync(sdk, work),
    },
    {
      ...SYNC,
      peer: 'two clock reads',
      target: shareAtMost(1.3),
      ours,
      theirs: () => clock() - clock(),
      theirBare: undefined,
    },
    {
      ...ASYNC,
      peer: 'hand-written on the SDK',
      target: atLeast(6),
      ours: oursAsync,
      theirs: handWrittenAsync(sdk, work),
    },
    { ...ASYNC, peer: 'nestjs-otel, which only counts', ours: oursAsync, theirs: nest },
  ]);
}

/** The same beside autometrics. Apart, since its `AsyncLocalStorage` makes every promise of the process dearer. */
export async function measureAutometrics(report: Report): Promise<void> {
  await compareInstalled(report, [
    {
      ...ASYNC,
      peer: 'autometrics',
      target: atLeast(15),
      ours: instrumentFunction(asyncWork, { name: 'bench.async' }),
      theirs: withAutometrics(asyncWork, 'bench'),
    },
  ]);
}

/** As in a service that serves `/metrics`, and in which something uses contexts. */
async function compareInstalled(report: Report, comparisons: readonly Comparison[]): Promise<void> {
  const telemetry = init({ prometheus: { port: 0 }, traces: false, otlp: false, logLevel: 'none' });
  await telemetry.ready;
  turnContextsOn();
  for (const comparison of comparisons) report(await compare(comparison));
  await telemetry.shutdown();
}

/**
 * Makes a context active once. Up to Node.js 22 that puts hooks on every promise from then on: what a service pays as
 * soon as anything in it uses contexts, and so what asynchronous calls are to be measured with.
 */
function turnContextsOn(): void {
  context.with(context.active().setValue(createContextKey('bench'), true), () => {});
}
