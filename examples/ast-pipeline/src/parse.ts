import { type ParserOptions, type ParserPlugin, parse } from '@babel/parser';
import type { File } from '@babel/types';
import { instrumentPerformance } from '@org/instrument';
import { ParseError } from './errors.ts';
import type { SourceFile } from './read.ts';

/** Parses source files with Babel, which gives up on hostile nesting with an exception that can be caught. */
export class Parse {
  /** Parses a file in the dialect that its name tells. Throws {@link ParseError}. */
  @instrumentPerformance('pipeline.parse')
  parse(source: SourceFile): File {
    try {
      return parse(source.text, parserOptions(source.path));
    } catch (error) {
      // A RangeError too: nesting deeper than the stack.
      const reason = error instanceof Error ? error.message : String(error);
      throw new ParseError(source.path, reason, { cause: error });
    }
  }
}

const JAVASCRIPT: ParserPlugin[] = ['jsx', 'decorators'];
// Parameter decorators exist in the legacy dialect only.
const TYPESCRIPT: ParserPlugin[] = ['typescript', 'decorators-legacy'];
const TYPESCRIPT_JSX: ParserPlugin[] = [...TYPESCRIPT, 'jsx'];
const DECLARATIONS: ParserPlugin[] = [['typescript', { dts: true }], 'decorators-legacy'];

function parserOptions(path: string): ParserOptions {
  const common: ParserOptions = {
    plugins: plugins(path),
    createImportExpressions: true,
    // Published code is read as it runs, not as it is linted.
    allowUndeclaredExports: true,
    attachComment: false,
  };
  if (/\.cjs$/.test(path)) return { ...common, sourceType: 'commonjs' };
  if (/\.m[jt]sx?$/.test(path)) return { ...common, sourceType: 'module' };
  // .cts too: it may hold plain `import`, which tsc rewrites.
  return { ...common, sourceType: 'unambiguous', allowReturnOutsideFunction: true };
}

function plugins(path: string): ParserPlugin[] {
  if (/\.d\.[cm]?ts$/.test(path)) return DECLARATIONS;
  if (/\.[cm]?tsx$/.test(path)) return TYPESCRIPT_JSX;
  return /\.[cm]?ts$/.test(path) ? TYPESCRIPT : JAVASCRIPT;
}
