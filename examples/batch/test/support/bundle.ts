import { join } from 'node:path';
import { bundleExample } from '../../../../test/support/bundle-example.ts';

/** The program as scripts that Node.js can run. */
export interface Bundle {
  readonly main: string;
  remove(): void;
}

export async function bundle(): Promise<Bundle> {
  const { script, remove } = await bundleExample({
    example: join(import.meta.dirname, '..', '..'),
    entries: ['main.ts', 'worker/main.ts'],
    external: ['piscina', 'cli-progress'],
  });
  return { main: script('main.ts'), remove };
}
