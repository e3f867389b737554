import { it } from 'vitest';
import { nodeBinary } from './node-versions.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** The cell of the compatibility table that a test fills. */
    compatibility?: { readonly use: string; readonly node?: string };
  }
}

/** One test per version of Node, each a cell of the compatibility table in the row `use`. */
export function scenario(
  use: string,
  versions: readonly string[],
  work: (node: string) => Promise<void>,
): void {
  it.for(versions)(`${use} works on Node %s`, async (version, { task }) => {
    task.meta.compatibility = { use, node: version };
    await work(await nodeBinary(version));
  });
}

/** A test that no version of Node matters to; it is told below the compatibility table. */
export function check(use: string, work: () => Promise<void>): void {
  it(`${use} passes`, async ({ task }) => {
    task.meta.compatibility = { use };
    await work();
  });
}
