import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in a process of its own until that ends by itself; `createHealth` is there. */
export async function runToEnd(program: string): Promise<ProcessEnd> {
  const bundle = await build({
    stdin: {
      contents: `import { createHealth } from '../../src/index.ts';\n${program}`,
      loader: 'ts',
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    conditions: ['@org/source'],
    format: 'esm',
    platform: 'node',
    write: false,
  });
  const child = spawn(process.execPath, ['--input-type=module', '-'], { stdio: 'pipe', timeout: 20_000 });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  child.stdin.end(bundle.outputFiles[0]?.text);
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}
