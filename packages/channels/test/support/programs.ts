import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll } from 'vitest';

/** How a program ended. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is run. */
export interface ProgramOptions {
  /** Blocks of 1,024 bytes that a file of it may have. */
  readonly fileBlocks?: number;
  /** A command that runs it, in front of that of Node.js. */
  readonly by?: (command: readonly string[]) => readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Called once it runs, to get at its streams. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Programs that have `consoleChannel`, `fileChannel` and `email`, and no package beside them. */
export interface Programs {
  run(source: string, options?: ProgramOptions): Promise<ProgramEnd>;
}

let bundled: Promise<string> | undefined;

afterAll(async () => {
  if (bundled !== undefined) rmSync(await bundled, { recursive: true, force: true });
});

/** Makes the channels one module that Node.js runs as it is. */
export async function bundle(): Promise<Programs> {
  bundled ??= makeBundle();
  const directory = await bundled;
  let count = 0;
  return {
    async run(source, { fileBlocks, by = (command: readonly string[]) => command, env, onStart } = {}) {
      const path = join(directory, `program-${process.pid}-${++count}.mjs`);
      writeFileSync(path, `import { consoleChannel, email, fileChannel } from './channels.mjs';\n${source}`);
      const limit = fileBlocks === undefined ? '' : `ulimit -f ${fileBlocks}; `;
      const [program = '', ...args] = by(['bash', '-c', `${limit}exec "$@"`, 'bash', process.execPath, path]);
      const child = spawn(program, args, { env: { ...process.env, NODE_PATH: undefined, ...env } });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => {
        stdout += chunk;
      });
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk;
      });
      onStart?.(child);
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, stdout, stderr };
    },
  };
}

async function makeBundle(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'channels-programs-'));
  const source = join(import.meta.dirname, '..', '..', 'src');
  await build({
    stdin: {
      contents: `
        export * from './console/console-channel.ts';
        export * from './email/email-channel.ts';
        export * from './file/file-channel.ts';
      `,
      resolveDir: source,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@org/source'],
    external: ['nodemailer'],
    banner: {
      js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
    },
    outfile: join(directory, 'channels.mjs'),
  });
  return directory;
}
