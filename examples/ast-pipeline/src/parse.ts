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
      return parse(source.text, parserOptions(source.path, 'decorators'));
    } catch (error) {
      const tree = parseLegacy(source);
      if (tree) return tree;
      // A RangeError too: nesting deeper than the stack.
      const reason = error instanceof Error ? error.message : String(error);
      throw new ParseError(source.path, reason, { cause: error });
    }
  }
}

const TYPESCRIPT_FILE = /\.[cm]?tsx?$/;

/** TypeScript of before decorators were standard: those of parameters are in no other dialect. */
function parseLegacy({ path, text }: SourceFile): File | undefined {
  if (!TYPESCRIPT_FILE.test(path) || !text.includes('@')) return undefined;
  try {
    return parse(text, parserOptions(path, 'decorators-legacy'));
  } catch {
    return undefined;
  }
}

type Decorators = 'decorators' | 'decorators-legacy';

function parserOptions(path: string, decorators: Decorators): ParserOptions {
  const common: ParserOptions = {
    plugins: [...plugins(path), decorators, 'decoratorAutoAccessors'],
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
  if (!TYPESCRIPT_FILE.test(path)) return ['jsx'];
  if (/\.d\.[cm]?ts$/.test(path)) return [['typescript', { dts: true }]];
  return path.endsWith('x') ? ['typescript', 'jsx'] : ['typescript'];
}
