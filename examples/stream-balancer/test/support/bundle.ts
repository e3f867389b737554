import { join } from 'node:path';
import { bundleExample } from '../../../../test/support/bundle-example.ts';

/** The scripts of the example, built from the sources of the workspace. */
export interface Bundle {
  readonly main: string;
  readonly worker: string;
  readonly load: string;
  remove(): void;
}

export async function bundle(): Promise<Bundle> {
  const { script, remove } = await bundleExample({
    example: join(import.meta.dirname, '..', '..'),
    entries: ['main.ts', 'worker/main.ts', 'load/main.ts'],
  });
  return {
    main: script('main.ts'),
    worker: script('worker/main.ts'),
    load: script('load/main.ts'),
    remove,
  };
}
