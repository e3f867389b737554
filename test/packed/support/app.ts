import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect } from 'vitest';

/** How an application of a project is started. */
export interface AppOptions {
  /** Path of the Node that runs it, or of an executable that has both in it. */
  readonly node: string;
  readonly cwd: string;
  /** Its file, from `cwd`. Left out: there is none beside the executable. */
  readonly file?: string;
  /** Flags of Node before the file. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** How an application ended. */
export interface AppEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const BY_SIGTERM: AppEnd = { code: null, signal: 'SIGTERM' };

/** An application that runs. */
export interface App<Report> {
  /** What it said when it was ready: a line of JSON on its standard output. */
  readonly report: Report;
  /** Stops it as an orchestrator does, and checks that it neither complained nor outlived the signal: by which, or with a code. */
  stop(end?: AppEnd): Promise<void>;
}

/**
 * What Node itself says on standard error: that `require()` of an ES module is experimental (Node 20 and early 22), and
 * that `module.register()` is deprecated (Node 26), which `@opentelemetry/instrumentation` documents for its hook.
 */
const WORDS_OF_NODE = [
  /^\(node:\d+\) ExperimentalWarning: CommonJS module .* is loading ES Module .* using require\(\)\.$/gm,
  /^Support for loading ES Module in require\(\) is an experimental feature and might change at any time$/gm,
  /^\(node:\d+\) \[DEP0205\] DeprecationWarning: `module\.register\(\)` is deprecated\..*$/gm,
  /^\(Use `.*node.* --trace-(?:warnings|deprecation) \.\.\.` to show where the warning was created\)$/gm,
];

const running = new Set<ChildProcess>();

/** Kills what a failed test left running. */
export function stopApps(): void {
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
  });
}

/** Starts an application, and waits until it says that it is ready. */
export async function startApp<Report>(options: AppOptions): Promise<App<Report>> {
  const { node, cwd, file, flags = [], env = {} } = options;
  const child = spawn(node, file === undefined ? flags : [...flags, file], {
    cwd,
    // Nothing of the tests' own environment: no OTEL_*, no NODE_OPTIONS.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const end = once(child, 'close').finally(() => running.delete(child));
  const report = await new Promise<Report>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      const line = /^\{.*\}$/m.exec(stdout);
      if (line !== null) resolve(JSON.parse(line[0]) as Report);
    });
    end.then(() => reject(new Error(`It ended before it was ready:\n${stdout}\n${stderr}`)), reject);
  });
  return {
    report,
    stop: async (expected = BY_SIGTERM) => {
      child.kill('SIGTERM');
      const [code, signal] = await end;
      const complaints = WORDS_OF_NODE.reduce((text, words) => text.replace(words, ''), stderr);
      expect(complaints.trim()).toBe('');
      expect({ code, signal }).toEqual(expected);
    },
  };
}
