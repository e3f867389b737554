import { readdirSync, readFileSync } from 'node:fs';

/** Processes that this one has started, theirs included, nearest first. Read from `/proc`; elsewhere there are none. */
export function descendantsOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readNumbers('/proc')) {
    const parent = statusOf(entry)?.parent;
    if (parent !== undefined) parents.set(entry, parent);
  }
  const found = [pid];
  for (const each of found) {
    for (const [child, parent] of parents) if (parent === each && !found.includes(child)) found.push(child);
  }
  return found.slice(1);
}

/**
 * Signals a process and all that it has started, by their ids, which it returns. A process group would not do: each
 * backend of Postgres leads a group of its own.
 */
export function signalTree(pid: number, signal: Exclude<NodeJS.Signals, 'SIGKILL'>): number[] {
  const signalled = new Set<number>();
  // The parent first, so that a frozen one starts no more; again until there is nobody new.
  for (let pending = [pid]; pending.length > 0; pending = fresh(pid, signalled)) {
    for (const each of pending) {
      signalled.add(each);
      send(each, signal);
    }
  }
  return [...signalled];
}

/** Kills a process and all that it has started; returns their ids. */
export function killTree(pid: number): number[] {
  // Frozen while they are counted: what a killed parent leaves behind is nobody's descendant any more.
  const all = signalTree(pid, 'SIGSTOP');
  for (const each of all) send(each, 'SIGKILL');
  return all;
}

/** Whether the process has ended. One that nobody has collected yet, as in containers without an `init`, has. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  return statusOf(pid)?.state === 'Z';
}

function fresh(pid: number, known: ReadonlySet<number>): number[] {
  return descendantsOf(pid).filter((each) => !known.has(each));
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It has ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function readNumbers(directory: string): number[] {
  try {
    return readdirSync(directory).map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** Fields 3 and 4 of `/proc/<pid>/stat` (proc(5)); the name before them may hold blanks and parentheses. */
function statusOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
