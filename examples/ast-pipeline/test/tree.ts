import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FileFacts } from '../src/facts.ts';

/** A directory made for a test. */
export interface Tree {
  /** Real path. */
  readonly path: string;
  /** Where the pipeline may write: outside of `path`. */
  readonly output: string;
  remove(): Promise<void>;
}

/** Makes a temporary directory with these files; the key is the path inside it. */
export async function createTree(files: Record<string, string | Buffer>): Promise<Tree> {
  const parent = await realpath(await mkdtemp(join(tmpdir(), 'ast-pipeline-')));
  const path = join(parent, 'tree');
  await mkdir(path);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return {
    path,
    output: join(parent, 'out', 'facts.ndjson'),
    remove: () => rm(parent, { recursive: true, force: true }),
  };
}

/** What a tree of {@link createHostileTree} must be counted as. */
export const HOSTILE_COUNTS = {
  files: 11,
  succeeded: 4,
  errors: {
    BinaryFileError: 1,
    BrokenLinkError: 2,
    FileTooLargeError: 1,
    ParseError: 2,
    UnreadableFileError: 1,
  },
} as const;

/** A tree with everything that must not stop the pipeline; file sizes stay under 100 kB. */
export async function createHostileTree(): Promise<Tree> {
  const tree = await createTree({
    'good.js': "import a from 'a';\nexport const f = () => a;\n",
    'package/lib/good.d.ts': 'export declare function f(a: string): void;\n',
    'package/view.tsx': 'export const View = (p: { a?: string }) => <b>{p.a ?? 1}</b>;\n',
    'package/sum.cjs': `module.exports = ${'1+'.repeat(2_000)}1;\n`,
    'package/data.js/readme.md': 'A directory with the name of a file.\n',
    'broken.ts': 'const = 1;\n',
    'nested.js': `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    'binary.ts': Buffer.from([0x47, 0x40, 0x11, 0x10, 0x00, 0x42]),
    'huge.js': `//${'x'.repeat(90_000)}`,
    'readme.md': '# No source\n',
  });
  const link = (target: string, name: string): Promise<void> => symlink(target, join(tree.path, name));
  await link('nowhere', 'gone');
  await link('self.js', 'self.js');
  await link('..', 'package/parent');
  await link('package', 'again');
  await link('good.js', 'alias.js');
  execFileSync('mkfifo', [join(tree.path, 'pipe.js')]);
  return tree;
}

/** The lines of an NDJSON file. */
export async function readFacts(path: string): Promise<FileFacts[]> {
  const text = await readFile(path, 'utf8');
  if (text !== '' && !text.endsWith('\n')) throw new Error(`${path} ends in the middle of a line`);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as FileFacts);
}
