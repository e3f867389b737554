/**
 * Why a file could not be taken in. The class is what the failure is counted under: in the tally, in the outcome of
 * `ast_pipeline.files`, and in the `error_type` label of the stage that threw it.
 */
export abstract class FileError extends Error {
  /** Absolute path of the file, directory or link. */
  readonly path: string;

  constructor(path: string, message: string, options?: ErrorOptions) {
    super(`${path}: ${message}`, options);
    this.name = new.target.name;
    this.path = path;
  }
}

/** A symbolic link whose target does not exist, or that leads back to itself. */
export class BrokenLinkError extends FileError {}

/** A file or directory that cannot be read: no permission, vanished, or not a regular file. */
export class UnreadableFileError extends FileError {}

/** A file larger than the limit; nothing of it is read. */
export class FileTooLargeError extends FileError {}

/** A file whose name says source code and whose content does not. */
export class BinaryFileError extends FileError {}

/** A file that the parser refuses; the message tells line and column. */
export class ParseError extends FileError {}

/** Facts that could not be written. */
export class StoreError extends FileError {}

/** The name that a thrown value is counted under. */
export function errorClass(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** The `code` that Node.js gives to errors of the operating system: `ENOENT`. Empty for any other value. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
