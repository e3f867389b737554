import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** Versions of Node and of these packages, as they are installed here. */
export function versions(packages: readonly string[]): Record<string, string> {
  const found: Record<string, string> = { node: process.versions.node };
  for (const name of packages) found[name] = versionOf(name);
  return found;
}

function versionOf(name: string): string {
  let directory = dirname(require.resolve(name));
  for (;;) {
    try {
      const manifest = require(join(directory, 'package.json')) as { name?: string; version?: string };
      if (manifest.name === name && manifest.version !== undefined) return manifest.version;
    } catch {
      // Not the package's own folder.
    }
    if (directory === dirname(directory)) return 'unknown';
    directory = dirname(directory);
  }
}
