import { UsageError } from './usage.ts';

/** A program of a terminal. */
export interface Program<Options extends { readonly help: boolean }> {
  readonly readOptions: (args: readonly string[]) => Options;
  readonly helpText: () => string;
  /** Resolves to whether all is well. */
  readonly run: (options: Options) => Promise<boolean>;
  /** Errors whose message says all there is to say. Of others the stack is shown, too. */
  readonly told?: readonly (new (
    ...args: never[]
  ) => Error)[];
}

/** Runs a program. Exit code: 0 when all is well, 1 when not, 2 for a mistake on the command line. */
export async function runProgram<Options extends { readonly help: boolean }>(
  program: Program<Options>,
): Promise<void> {
  // A reader that goes away (`| head`) is no fault of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  process.exitCode = await exitCodeOf(program);
}

async function exitCodeOf<Options extends { readonly help: boolean }>({
  readOptions,
  helpText,
  run,
  told = [],
}: Program<Options>): Promise<number> {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options.help) {
      console.log(helpText());
      return 0;
    }
    return (await run(options)) ? 0 : 1;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(error.message);
      return 2;
    }
    console.error(
      error instanceof Error && told.some((known) => error instanceof known) ? error.message : error,
    );
    return 1;
  }
}
