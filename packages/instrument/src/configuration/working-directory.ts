/** The working directory; `undefined` when it has been deleted, for which Node.js throws. */
export function workingDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}
