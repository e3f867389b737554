import { reportFault } from '@org/instrument-core';
import type { OtlpTarget } from '../otlp.ts';
import { shownUrl } from './shown-url.ts';

/** A success that no receiver of OTLP tells. `what` it was, in words. */
export function foreignAnswer(what: string): Error {
  return new Error(`${what} is no answer of a receiver of OTLP: perhaps nothing has arrived`);
}

/** Reports a {@link foreignAnswer} as a fault, once a minute. */
export function reportForeignAnswer({ url, endpointOption }: OtlpTarget, what: string): void {
  const { message } = foreignAnswer(what);
  const fault = new Error(`${message}. The address is set by ${endpointOption}`);
  reportFault('export', `reading the answer of OTLP receiver ${shownUrl(url)}`, fault);
}
