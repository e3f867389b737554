import { measureAudit } from './audit.ts';
import { measureBlocks } from './blocks.ts';
import { measureAutometrics, measureCalls } from './calls.ts';
import { measureDisabled } from './disabled.ts';
import { measureExecutions } from './executions.ts';
import { measureGrowth } from './growth.ts';
import { measureHealth } from './health.ts';
import type { Finding } from './measure.ts';
import { measureMemory } from './memory.ts';
import { measureRecording } from './record.ts';
import type { Group } from './results.ts';
import { measureScrapes } from './scrape.ts';
import { measureSpans } from './spans.ts';
import { measureStartup } from './startup.ts';
import { measureStatsd } from './statsd.ts';
import { measureSystem } from './system.ts';
import { measureWorstCases } from './worst-cases.ts';

/** Measures a part, and tells what it finds as it goes. */
type Measure = (report: (finding: Finding) => void) => Promise<void>;

/** The parts of the benchmark, in the order of the table. */
export const GROUPS: Readonly<Record<Group, Measure>> = {
  record: measureRecording,
  calls: measureCalls,
  spans: measureSpans,
  autometrics: measureAutometrics,
  disabled: measureDisabled,
  scrape: measureScrapes,
  blocks: measureBlocks,
  memory: measureMemory,
  startup: measureStartup,
  health: measureHealth,
  audit: measureAudit,
  system: measureSystem,
  statsd: measureStatsd,
  executions: measureExecutions,
  growth: measureGrowth,
  'worst-cases': measureWorstCases,
};
