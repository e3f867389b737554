import { InstrumentError, type Problem } from '@org/instrument-core';
import { TIME_FORM } from '../../query/time.ts';

/** Options whose names are not those of the filters. */
const NAMES: Readonly<Record<string, string>> = { traceId: 'trace', requestId: 'request' };
const TIME = `${TIME_FORM}; Unix time in milliseconds, or a duration ago such as 10m, 2h or 7d`;

/**
 * Makes a query of options, and what is wrong with it a matter of options.
 *
 * @throws {InstrumentError} what `make` does: of what is wrong with the query, in the words of the command.
 */
export function inOptions<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof InstrumentError) || error.code !== 'INSTRUMENT_INVALID_ARGUMENT') throw error;
    throw new InstrumentError(error.code, 'The query is wrong', error.problems.map(optionProblem));
  }
}

function optionProblem(problem: Problem): Problem {
  const [filter = ''] = problem.path.split('[');
  const option = `--${NAMES[filter] ?? filter}`;
  const isTime = filter === 'from' || filter === 'to';
  return {
    ...problem,
    path: option,
    expected: isTime ? TIME : problem.expected,
    ...(problem.fix === undefined ? {} : { fix: `Give ${option} once for each.` }),
  };
}
