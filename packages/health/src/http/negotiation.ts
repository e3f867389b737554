/** A form that a probe can be answered in; the two JSON forms differ in their `Content-Type` only. */
export type Format = 'text' | 'json' | 'health+json';

/** `Content-Type` of the formats. */
export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: 'text/plain; charset=utf-8',
  json: 'application/json',
  'health+json': 'application/health+json',
};

interface Preference {
  /** From 0, not wanted, to 1. */
  readonly quality: number;
  /** 3 for the type itself, 2 for `type/*`, 1 for `*` of both, 0 when the header does not have it. */
  readonly specificity: number;
}

interface MediaRange {
  /** In lower case. */
  readonly value: string;
  readonly quality: number;
}

const NOT_ACCEPTED: Preference = { quality: 0, specificity: 0 };

/**
 * Chooses the format by an `Accept` header (RFC 9110, 12.5.1): JSON when it is preferred to text, or wanted as much and
 * named where text is not; else text, even where the header has nothing that we serve.
 */
export function negotiateFormat(accept: string | undefined): Format {
  // Kubernetes and most load balancers.
  if (accept === undefined || accept === '*/*') return 'text';
  const ranges = accept.split(',').map(rangeOf);
  const text = preferenceFor('text/plain', ranges);
  const json = preferenceFor('application/json', ranges);
  const healthJson = preferenceFor('application/health+json', ranges);
  const isHealth = isPreferred(healthJson, json);
  const best = isHealth ? healthJson : json;
  if (best.quality === 0 || !isPreferred(best, text)) return 'text';
  return isHealth ? 'health+json' : 'json';
}

function isPreferred(a: Preference, b: Preference): boolean {
  return a.quality > b.quality || (a.quality === b.quality && a.specificity > b.specificity);
}

/** What the most specific range that holds for the type says about it. */
function preferenceFor(type: string, ranges: readonly MediaRange[]): Preference {
  const names = ['*/*', `${type.slice(0, type.indexOf('/'))}/*`, type];
  return ranges.reduce((found, { value, quality }) => {
    const specificity = names.indexOf(value) + 1;
    return specificity > found.specificity ? { quality, specificity } : found;
  }, NOT_ACCEPTED);
}

function rangeOf(part: string): MediaRange {
  const [value = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  // An unreadable weight is no reason to refuse what was asked for.
  return { value, quality: Number.isNaN(quality) ? 1 : Math.min(Math.max(quality, 0), 1) };
}
