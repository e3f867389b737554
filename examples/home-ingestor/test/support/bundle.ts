import { join } from 'node:path';
import { bundleExample } from '../../../../test/support/bundle-example.ts';

/** The scripts of the example, built from the sources of the workspace. */
export interface Bundle {
  readonly main: string;
  readonly broker: string;
  readonly devices: string;
  /** An ingestor alone; see ingestor-process.ts. */
  readonly ingestor: string;
  remove(): void;
}

export async function bundle(): Promise<Bundle> {
  const example = join(import.meta.dirname, '..', '..');
  const { script, remove } = await bundleExample({
    example,
    base: example,
    entries: ['src/main.ts', 'src/broker/main.ts', 'src/devices/main.ts', 'test/support/ingestor-process.ts'],
    // As built by tsc: main.js looks for the scripts of its processes beside itself.
    chunkNames: 'src/[name]-[hash]',
  });
  return {
    main: script('src/main.ts'),
    broker: script('src/broker/main.ts'),
    devices: script('src/devices/main.ts'),
    ingestor: script('test/support/ingestor-process.ts'),
    remove,
  };
}
