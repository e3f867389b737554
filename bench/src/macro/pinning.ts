import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** CPUs of the service and of everybody else, as `taskset` takes them. */
export interface Pinning {
  readonly service: string;
  readonly others: string;
}

/**
 * Gives the service a CPU of its own, where there is `taskset` and a second CPU; moves this process to the others.
 *
 * The service's garbage collector and compiler then work on the service's CPU too, and cost it throughput, instead of
 * costing the load, which would be seen nowhere.
 */
export function pin(): Pinning | undefined {
  try {
    const [service, ...others] = allowedCpus();
    if (service === undefined || others.length === 0) return undefined;
    const pinning = { service: `${service}`, others: others.join(',') };
    execFileSync('taskset', ['-acp', pinning.others, `${process.pid}`], { stdio: 'ignore' });
    return pinning;
  } catch {
    // Not Linux, or no taskset: the operating system places them.
    return undefined;
  }
}

/** `Cpus_allowed_list` of proc(5), as `0-3,8`. */
function allowedCpus(): number[] {
  const list = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
