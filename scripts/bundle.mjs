// Bundles the package in the working directory: one file for each of its entry points, and one for each part that is
// loaded lazily. Node takes about a third of a millisecond for every ES module, and a package has dozens of files.
import { readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';

const { exports, imports = {}, version } = JSON.parse(readFileSync('package.json', 'utf8'));
const entryPoints = Object.values(exports).flatMap((target) => target['@org/source'] ?? []);
const main = resolve(entryPoints[0]);
// What is one thing to Node and another to bundlers, by a condition that only Node has.
const variants = Object.values(imports).flatMap(({ '@org/source': _, ...targets }) =>
  Object.values(targets).map((target) => target.replace(/^\.\/dist\/(.*)\.js$/, './src/$1.ts')),
);

const options = {
  entryPoints: [...entryPoints, ...variants],
  bundle: true,
  splitting: true,
  packages: 'external',
  external: Object.keys(imports),
  define: { PACKAGE_VERSION: JSON.stringify(version) },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  outdir: 'dist',
  outbase: 'src',
  chunkNames: '[name]-[hash]',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
};

// esbuild makes a file of all modules that the same entry points and lazy parts need. What the main entry needs anyway
// would fall into one file for each set of lazy parts that need it too; if each of them needs all of it, it is one.
const lazy = lazyParts(await build({ ...options, metafile: true, write: false }));
// An import without names is dropped from the code, since packages have no side effects; it counts as a need even so.
const logOverride = { 'ignored-bare-import': 'silent' };
const needMain = {
  name: 'lazy-parts-need-main',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^main-entry:$/ }, () => ({ path: main }));
    onLoad({ filter: /\.ts$/ }, ({ path }) =>
      lazy.has(path)
        ? { contents: `${readFileSync(path, 'utf8')}\nimport 'main-entry:';`, loader: 'ts' }
        : undefined,
    );
  },
};

// What an earlier build left would be published.
rmSync('dist', { recursive: true, force: true });
await build({ ...options, plugins: [needMain], logOverride });

/** Files that the main entry, or what it imports, imports dynamically and never statically. */
function lazyParts({ metafile: { inputs } }) {
  const importsOf = (path) => (inputs[path]?.imports ?? []).filter(({ external }) => !external);
  const eager = new Set();
  const all = new Set();
  const visit = (path, seen, isFollowed) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { path: imported, kind } of importsOf(path))
      if (isFollowed(kind)) visit(imported, seen, isFollowed);
  };
  const first = Object.keys(inputs).find((path) => resolve(path) === main);
  visit(first, eager, (kind) => kind === 'import-statement');
  visit(first, all, () => true);
  const dynamic = [...all].flatMap(importsOf).filter(({ kind }) => kind === 'dynamic-import');
  return new Set(dynamic.filter(({ path }) => !eager.has(path)).map(({ path }) => resolve(path)));
}
