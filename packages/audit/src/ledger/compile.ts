/** A statement as a driver takes it. */
export interface CompiledStatement {
  readonly text: string;
  /** Names of its parameters, each once, in the order of their first occurrence. */
  readonly names: readonly string[];
}

/** What stands for `{words}` in statements: `table`, `now`, `token`. */
export type Words = Readonly<Record<string, string>>;

const SLOT = /\{(\w+)\}|(?<!:):([a-zA-Z]\w*)/g;

/** Puts words and parameters in their places, in one go: what was put in is not looked at again. */
export function compile(
  statement: string,
  words: Words,
  parameter: (name: string, position: number) => string,
): CompiledStatement {
  const names: string[] = [];
  const place = (name: string): string => {
    let index = names.indexOf(name);
    if (index < 0) index = names.push(name) - 1;
    return parameter(name, index + 1);
  };
  const text = statement.replace(SLOT, (slot, word: string | undefined, name: string | undefined) => {
    if (name !== undefined) return place(name);
    // A word may have parameters itself, such as the time that a clock gives.
    const put = words[word as string];
    if (put === undefined) throw new Error(`No word for ${slot}`);
    return put.startsWith(':') ? place(put.slice(1)) : put;
  });
  return { text, names };
}
