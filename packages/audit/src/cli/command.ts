/** A subcommand of `instrument-audit`. */
export interface Command {
  readonly name: string;
  /** Arguments and options on one line, for the help. */
  readonly usage: string;
  /** One sentence. */
  readonly summary: string;
  /** Runs it on the arguments after its name; resolves to the exit code: 0 good, 1 not, 2 wrong use, 3 undecided. */
  run(args: readonly string[], streams: CommandStreams): Promise<number>;
}

/** Where a command writes. */
export interface CommandStreams {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}
