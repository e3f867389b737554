import type { Profiler } from 'node:inspector';
import type { Round } from './round.ts';

/** CPU time per request in microseconds, by whose code it was spent in. */
export type Spending = ReadonlyMap<string, number>;

/**
 * Divides the CPU time of a round by package, and by module of Node.js.
 *
 * Functions without a source, such as `JSON.parse`, belong to their caller. The profile gives the shares, the operating
 * system the sum: a profile takes for work what the process waits while another one has its CPU.
 */
export function spendingOf({ profile, usage }: Round, by: 'package' | 'function'): Spending {
  if (profile === undefined) return new Map();
  const times = new Map<string, number>();
  let busy = 0;
  const owners = ownersOf(profile, by);
  profile.samples?.forEach((id, i) => {
    const owner = owners.get(id) ?? '(unknown)';
    if (owner === '(idle)') return;
    const micros = Math.max(0, profile.timeDeltas?.[i] ?? 0);
    busy += micros;
    times.set(owner, (times.get(owner) ?? 0) + micros);
  });
  const scale = usage.cpuMicros / usage.requests / busy;
  return new Map([...times].map(([owner, micros]) => [owner, micros * scale]));
}

function ownersOf(profile: Profiler.Profile, by: 'package' | 'function'): Map<number, string> {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const owners = new Map<number, string>();
  const visit = (id: number, caller: string): void => {
    const node = nodes.get(id);
    if (node === undefined) return;
    const owner = ownerOf(node.callFrame, caller, by);
    owners.set(id, owner);
    for (const child of node.children ?? []) visit(child, owner);
  };
  const root = profile.nodes[0];
  if (root !== undefined) visit(root.id, '(root)');
  return owners;
}

function ownerOf(
  { url, functionName, lineNumber }: Profiler.ProfileNode['callFrame'],
  caller: string,
  by: string,
): string {
  if (url === '')
    return functionName.startsWith('(') && functionName !== '(anonymous)' ? functionName : caller;
  const owner = packageOf(url);
  return by === 'package' ? owner : `${owner} ${functionName || '(anonymous)'}:${lineNumber + 1}`;
}

function packageOf(url: string): string {
  if (url.startsWith('node:')) return url.replace(/^node:(internal\/)?/, 'node:').split('/')[0] ?? url;
  const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (name !== undefined) return name;
  const room = /\/packages\/([^/]+)\//.exec(url)?.[1];
  if (room !== undefined) return room === 'instrument' ? '@org/instrument' : `@org/instrument-${room}`;
  return 'the service itself';
}

/** One column for each contender, the greatest sums first. */
export function spendingTable(spendings: ReadonlyMap<string, Spending>, limit: number): string[][] {
  const owners = [...new Set([...spendings.values()].flatMap((spending) => [...spending.keys()]))];
  const most = (owner: string): number =>
    Math.max(...[...spendings.values()].map((each) => each.get(owner) ?? 0));
  return [
    ['µs of CPU per request', ...spendings.keys()],
    ...owners
      .sort((a, b) => most(b) - most(a))
      .slice(0, limit)
      .map((owner) => [owner, ...[...spendings.values()].map((each) => (each.get(owner) ?? 0).toFixed(2))]),
    [
      'sum',
      ...[...spendings.values()].map((each) => [...each.values()].reduce((a, b) => a + b, 0).toFixed(2)),
    ],
  ];
}
