import { table } from '@org/instrument-example-terminal';
import type { DevicesFigures } from './devices/protocol.ts';
import type { FaultFigures } from './faults.ts';
import type { Tally } from './ingest/tally.ts';
import type { FileFigures } from './verify/files.ts';
import type { Comparison } from './verify/metrics.ts';

/** What a run did; `--json` prints it as it is. */
export interface RunReport {
  /** Every event that the broker has acknowledged is in the files once, and right; and the metrics agree. */
  readonly passed: boolean;
  readonly seconds: number;
  readonly devices: DevicesFigures;
  readonly ingestor: Tally;
  /** Times that the broker was held up, as the queue was full. */
  readonly stalls: number;
  readonly files: FileFigures;
  readonly metrics: readonly Comparison[];
  readonly faults: FaultFigures;
}

/** Puts the report of a run together. */
export function createReport(facts: Omit<RunReport, 'passed'>): RunReport {
  const { files, metrics, ingestor } = facts;
  const isExact = files.lost + files.twice + files.wrong + files.broken === 0;
  const agrees = metrics.every(({ counted, metric }) => counted === metric);
  const addsUp = ingestor.received === ingestor.written + ingestor.duplicates + ingestor.malformed;
  return { passed: isExact && agrees && addsUp, ...facts };
}

/** The report as text. */
export function renderReport(report: RunReport): string {
  const { devices, ingestor, files, faults, metrics } = report;
  const counts: [string, number][] = [
    ['messages published', devices.messages],
    ['messages received', ingestor.received],
    ['  duplicates', ingestor.duplicates],
    ['  malformed', ingestor.malformed],
    ['  events written', ingestor.written],
    ['batches', ingestor.batches],
    ['files', files.segments],
    ['events in the files', files.events],
    ['  of earlier runs', files.earlier],
    ['events lost', files.lost],
    ['not acknowledged', files.unacknowledged],
    ['written twice', files.twice],
    ['wrong or broken', files.wrong + files.broken],
    ['broker restarted', faults.brokerRestarts],
    ['connection to it cut', faults.connectionsCut],
    ['reconnects', ingestor.reconnects],
    ['devices disconnected', devices.disconnects],
    ['disk full', faults.diskFilled],
    ['  retries', ingestor.retries],
    ['  circuit changes', ingestor.circuitChanges],
    ['broker held up', report.stalls],
  ];
  return [
    table(
      ['', 'count'],
      counts.map(([what, count]) => [what, whole(count)]),
    ),
    '',
    table(
      ['', 'counted', 'metrics'],
      metrics.map(({ what, counted, metric }) => [what, whole(counted), whole(metric)]),
    ),
    '',
    verdict(report),
  ].join('\n');
}

function verdict({ passed, files, devices, seconds }: RunReport): string {
  const events = `${whole(devices.events)} events in ${seconds.toFixed(1)} s`;
  if (passed) return `passed: ${events}, each in the files once; the metrics agree`;
  const lost = files.lost === 0 ? '' : ` (${files.lostFirst.join(', ')}…)`;
  return `FAILED: ${events}, ${whole(files.lost)} lost${lost}, ${whole(files.twice)} twice, see above`;
}

/** `12,345` */
export function whole(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}
