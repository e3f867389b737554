import { readFileSync, realpathSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';

/** A `package.json`. */
export interface Manifest {
  readonly path: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** That of a directory, or of the nearest one above; what cannot be read is passed by. */
export function nearestManifest(directory: string): Manifest | undefined {
  for (let each = directory; ; each = dirname(each)) {
    const path = join(each, 'package.json');
    try {
      return { path, content: Object(JSON.parse(readFileSync(path, 'utf8'))) };
    } catch {
      if (each === dirname(each)) return undefined;
    }
  }
}

/** How Node.js takes a file that it is started with (Node.js documentation, "Determining module system"). */
export function isEsModule(file: string): boolean {
  const path = realPath(file);
  const extension = extname(path);
  if (extension !== '.js' && extension !== '.ts') return /^\.m[jt]s$/.test(extension);
  return nearestManifest(dirname(path))?.content.type === 'module';
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
