/** How a file refers to another module. */
export type ImportKind = 'import' | 'export' | 'dynamic' | 'require' | 'type';

/** One reference to another module. */
export interface ImportFact {
  /** Specifier as written: `node:fs`. */
  readonly source: string;
  /** `export` re-exports; `dynamic` is `import()`; `type` is erased when compiled: `import type`, `import('x').T`. */
  readonly kind: ImportKind;
  /** From 1. */
  readonly line: number;
}

/** One function with a body. */
export interface FunctionFact {
  /** Own name, or the name of what it is assigned to; `(anonymous)` when there is neither. */
  readonly name: string;
  /** Line of the first character, from 1. */
  readonly line: number;
  readonly parameters: number;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  /** Cyclomatic complexity, nested functions not included; 1 for straight code. */
  readonly complexity: number;
}

/** What is kept of a file: one line of the NDJSON output. */
export interface FileFacts {
  /** Absolute path. */
  readonly path: string;
  readonly bytes: number;
  /** Of the bytes: `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly lines: number;
  readonly imports: readonly ImportFact[];
  readonly functions: readonly FunctionFact[];
  /** Cyclomatic complexity of the code outside of functions. */
  readonly complexity: number;
}
