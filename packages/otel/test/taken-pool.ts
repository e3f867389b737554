import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Threads of Node's pool (libuv, "Thread pool work scheduling"). */
const THREADS = Number(process.env.UV_THREADPOOL_SIZE ?? 4);

/**
 * Takes all threads of Node's pool until the test is over, or the result is called: each opens a pipe that nobody writes
 * to. What is handed to the pool from now on waits.
 */
export function takePool(): () => Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'pool-'));
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const opened = Array.from({ length: THREADS }, () => open(pipe, 'r'));
  let freed: Promise<void> | undefined;

  async function free(): Promise<void> {
    const writer = openSync(pipe, 'r+');
    for (const file of await Promise.all(opened)) await file.close();
    closeSync(writer);
    rmSync(directory, { recursive: true });
  }

  const freeOnce = (): Promise<void> => {
    freed ??= free();
    return freed;
  };
  onTestFinished(freeOnce);
  return freeOnce;
}
