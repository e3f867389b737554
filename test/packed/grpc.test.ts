import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeBinary, SOME_NODES } from './support/node-versions.ts';
import { createProject, removeProjects } from './support/project.ts';
import { scenario } from './support/scenario.ts';

const GRPC = { '@grpc/grpc-js': '1.14.7' };
/** The oldest that the packages say they take. */
const OLDEST_GRPC = { '@grpc/grpc-js': '1.9.0' };
const RECEIVED = [
  '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
];

let without: string;
let byNpm: string;
let byPnpm: string;
let oldest: string;

removeProjects();
beforeAll(async () => {
  without = await createProject('grpc', { dependencies: {} });
  byNpm = await createProject('grpc', { dependencies: GRPC });
  byPnpm = await createProject('grpc', { dependencies: GRPC }, 'pnpm');
  oldest = await createProject('grpc', { dependencies: OLDEST_GRPC });
});

/** What the application said on both channels. */
function push(node: string, cwd: string, env: Record<string, string>): { report: unknown; said: string } {
  const { stdout, stderr, status } = spawnSync(node, ['pushed.mjs'], {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    encoding: 'utf8',
    timeout: 30_000,
  });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  return { report: JSON.parse(stdout), said: stderr };
}

describe('OTLP over gRPC', () => {
  scenario(`OTLP over gRPC, @grpc/grpc-js ${GRPC['@grpc/grpc-js']}`, SOME_NODES, async (node) => {
    for (const cwd of [byNpm, byPnpm, oldest]) {
      expect(push(node, cwd, { PROTOCOL_IN_CODE: 'grpc' }).report).toEqual({ received: RECEIVED });
      const { report, said } = push(node, cwd, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
      expect({ report, said }).toEqual({ report: { received: RECEIVED }, said: '' });
    }
  });
});

describe('without @grpc/grpc-js', () => {
  it('a start that asks for gRPC in code fails, and says what to install', async () => {
    const node = await nodeBinary(SOME_NODES[0]);
    const { report } = push(node, without, { PROTOCOL_IN_CODE: 'grpc' });
    expect(report).toMatchObject({
      code: 'INSTRUMENT_DEPENDENCY_MISSING',
      message: expect.stringMatching(/otlp\.protocol: found grpc.* Install it: npm install @grpc\/grpc-js/s),
    });
  });

  it('a variable that asks for gRPC is ignored, with a warning that says what to install', async () => {
    const node = await nodeBinary(SOME_NODES[0]);
    const { report, said } = push(node, without, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
    expect(report).toEqual({ received: [] });
    expect(said).toMatch(/OTEL_EXPORTER_OTLP_PROTOCOL: otlp\.protocol: .*npm install @grpc\/grpc-js/);
  });
});
