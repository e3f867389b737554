import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the pipeline must count in a tree of {@link writeSourceTree}, by outcome. */
export const TREE_COUNTS = {
  ok: 120,
  ParseError: 3,
  BinaryFileError: 2,
  BrokenLinkError: 1,
} as const;

/** Writes a directory of sources for the pipeline, good and bad; returns its path. */
export function writeSourceTree(parent: string): string {
  const path = join(parent, 'sources');
  for (let i = 0; i < TREE_COUNTS.ok; i++) {
    const directory = join(path, `package-${i % 8}`);
    mkdirSync(directory, { recursive: true });
    const lines = Array.from({ length: 1 + (i % 5) }, (_, n) => `export const f${n} = () => a(${n});\n`);
    writeFileSync(join(directory, `file-${i}.ts`), `import { a } from 'a';\n${lines.join('')}`);
  }
  for (let i = 0; i < TREE_COUNTS.ParseError; i++)
    writeFileSync(join(path, `broken-${i}.ts`), 'const = 1;\n');
  for (let i = 0; i < TREE_COUNTS.BinaryFileError; i++) {
    writeFileSync(join(path, `binary-${i}.js`), Buffer.from([0x47, 0x00, 0x10]));
  }
  for (let i = 0; i < TREE_COUNTS.BrokenLinkError; i++) symlinkSync('nowhere', join(path, `gone-${i}.ts`));
  return path;
}
