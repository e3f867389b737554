import { Writable } from 'node:stream';
import type { Command } from '../../src/cli/command.ts';

/** A stream that keeps what is written. */
class Kept extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Runs a command; what it wrote, and its exit code. */
export async function run(
  command: Command,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [new Kept(), new Kept()];
  const code = await command.run(args, { stdout, stderr });
  return { code, out: stdout.text, err: stderr.text };
}
