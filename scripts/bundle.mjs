// Bundles the package in the working directory: one file for each of its entry points, and one for each part that is
// loaded lazily. Node takes more than half a millisecond for every ES module, and a package has dozens of files.
import { readFileSync, rmSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { transform } from 'esbuild';
import { rollup } from 'rollup';

const { exports, imports = {}, sideEffects, version } = JSON.parse(readFileSync('package.json', 'utf8'));
const entryPoints = Object.values(exports).flatMap((target) => target['@org/source'] ?? []);
// What is one thing to Node and another to bundlers, by a condition that only Node has.
const variants = new Set(
  Object.values(imports).flatMap(({ '@org/source': _, ...targets }) =>
    Object.values(targets).map((target) => resolve(target.replace(/^\.\/dist\/(.*)\.js$/, './src/$1.ts'))),
  ),
);
/** Modules that are run for what they do. */
const effective = new Set((sideEffects || []).map((file) => resolve(file)));
/** Entry points and variants: source by the name of its file in `dist`, less `.js`. */
const input = Object.fromEntries(
  [...entryPoints.map((source) => resolve(source)), ...variants].map((source) => [
    relative('src', source).replace(/\.ts$/, ''),
    source,
  ]),
);
const [main] = Object.keys(input);

const sources = {
  name: 'sources',
  resolveId(specifier, importer) {
    // Other packages stay outside, ours too, so that there is one copy of each.
    const isOther = importer !== undefined && !specifier.startsWith('.');
    if (isOther) return { id: specifier, external: true, moduleSideEffects: false };
    const id = importer === undefined ? specifier : resolve(dirname(importer), specifier);
    // One variant names the other one for nothing but its name: bundlers of applications drop that, here it is to stay.
    return { id, moduleSideEffects: variants.has(id) ? 'no-treeshake' : effective.has(id) };
  },
  load: (id) =>
    transform(readFileSync(id, 'utf8'), {
      define: { PACKAGE_VERSION: JSON.stringify(version) },
      loader: 'ts',
      sourcefile: id,
      sourcemap: true,
      sourcesContent: false,
      target: 'node20.19',
    }),
};

// What an earlier build left would be published.
rmSync('dist', { recursive: true, force: true });
let files;
const bundle = await rollup({
  input,
  plugins: [sources],
  // Lazy parts take what they need from the file of an entry point, which has to give it to them.
  preserveEntrySignatures: 'allow-extension',
  onLog: (_level, { message }) => {
    throw new Error(message);
  },
});
await bundle.write({
  dir: 'dist',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  generatedCode: 'es2015',
  hoistTransitiveImports: false,
  // By their own names, which collide with nobody's, where a letter could in `export *`.
  minifyInternalExports: false,
  manualChunks: (id, { getModuleInfo }) => {
    files ??= filesOf(getModuleInfo);
    return files.get(id);
  },
  onlyExplicitManualChunks: true,
  sourcemap: true,
  sourcemapExcludeSources: true,
});

/**
 * In which file a module is that the main entry point needs. Left to itself, rollup makes a file of all modules that the same
 * entry points and lazy parts need, so that what the main one loads anyway would fall into one for each set of lazy parts that
 * need it too. So it is all in the file of the main entry point, save what makes up a smaller one, which the main one then loads.
 */
function filesOf(getModuleInfo) {
  const needsOf = (entry) => {
    const needs = new Set();
    const visit = (id) => {
      const module = getModuleInfo(id);
      if (needs.has(id) || module.isExternal) return;
      needs.add(id);
      for (const imported of module.importedIds) visit(imported);
    };
    visit(entry);
    return needs;
  };
  const { [main]: all, ...others } = Object.fromEntries(
    Object.entries(input).map(([name, entry]) => [name, needsOf(entry)]),
  );
  // What is run for what it does must not run wherever the main one is loaded.
  const isPart = ([name, needs]) =>
    needs.size > 1 &&
    !effective.has(input[name]) &&
    [...needs].every((id) => id === input[name] || all.has(id));
  const parts = Object.entries(others).filter(isPart);
  const files = new Map();
  for (const [name, needs] of [...parts, [main, all]])
    for (const id of needs) if (!files.has(id)) files.set(id, name);
  return files;
}
