import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

// esbuild comes with vite, which is what the tests run on.
const vite = realpathSync(
  fileURLToPath(new URL('../../../../node_modules/vite/package.json', import.meta.url)),
);
const { transform } = createRequire(vite)('esbuild');

/** Node's hook: the types are taken out of our sources. */
export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
  const file = fileURLToPath(url);
  const { code } = await transform(readFileSync(file, 'utf8'), {
    loader: 'ts',
    target: 'es2022',
    sourcefile: file,
    tsconfigRaw: {},
  });
  return { format: 'module', source: code, shortCircuit: true };
}
