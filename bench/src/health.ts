import { createHealth } from '@org/instrument-health';
import autocannon from 'autocannon';
import { atLeast, type Finding, median, oursAtMost } from './measure.ts';
import { messageOf, start } from './processes/child.ts';
import type { ReadyzKind } from './processes/readyz.ts';

const CHECKS = 1_000;
const REPORTS = 200;
const ROUNDS = 5;
const SECONDS_PER_ROUND = 2;
const CONNECTIONS = 16;
const NANOS_PER_SECOND = 1e9;

/** What a probe costs beside the peers, and what a report of many checks takes from cache. */
export async function measureHealth(report: (finding: Finding) => void): Promise<void> {
  await measureProbe(report);
  await measureGraph(report);
}

/** `/readyz` under load from this process, each served by a process of its own, in turn. */
async function measureProbe(report: (finding: Finding) => void): Promise<void> {
  const kinds: readonly ReadyzKind[] = ['bare', 'ours', 'godaddy', 'nest'];
  const children = kinds.map((kind) => start('readyz.js', [kind]));
  try {
    const urls = await Promise.all(children.map((child) => messageOf<string>(child)));
    const times: number[][] = kinds.map(() => []);
    for (let round = -1; round < ROUNDS; round++) {
      for (const [i, url] of urls.entries()) {
        const nanos = await nanosPerRequest(url);
        // The first round is the compiler's.
        if (round >= 0) times[i]?.push(nanos);
      }
    }
    const [bare = 0, ours = 0, godaddy = 0, nest = 0] = times.map(median);
    const common = { name: 'request to /readyz with five checks', unit: 'ns', ours } as const;
    report({ ...common, peer: '@nestjs/terminus', theirs: nest, target: atLeast(1) });
    report({ ...common, peer: '@godaddy/terminus', theirs: godaddy, target: atLeast(1) });
    report({ ...common, peer: "node:http that answers 'ok'", theirs: bare });
  } finally {
    for (const child of children) child.kill();
  }
}

async function nanosPerRequest(url: string): Promise<number> {
  const { requests, duration, errors, non2xx } = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: SECONDS_PER_ROUND,
  });
  if (errors + non2xx > 0) throw new Error(`${url} answered ${errors + non2xx} requests with an error`);
  return (duration * NANOS_PER_SECOND) / requests.total;
}

/** A thousand checks, each of which depends on all before it, evaluated from cache; the peers can but run them all. */
async function measureGraph(report: (finding: Finding) => void): Promise<void> {
  const health = createHealth();
  const names = Array.from({ length: CHECKS }, (_, i) => `check-${i}`);
  for (const [i, name] of names.entries()) {
    health.register(name, async () => {}, { dependsOn: names.slice(0, i), cacheTtl: '1h' });
  }
  const first = performance.now();
  await health.check();
  const running = performance.now() - first;
  const times: number[] = [];
  for (let i = 0; i < REPORTS; i++) {
    const begun = performance.now();
    await health.check();
    times.push(performance.now() - begun);
  }
  report({
    name: 'health of 1,000 checks with 499,500 dependencies, from cache',
    peer: 'running them',
    unit: 'ms',
    ours: median(times),
    theirs: running,
    target: oursAtMost(1),
  });
}
