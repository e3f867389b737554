import type { TextFormat } from './exposition.ts';

/** `Content-Type` of the formats. */
export const CONTENT_TYPES: Readonly<Record<TextFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

interface Preference {
  /** In lower case: `text/plain`, `gzip`, `*`. */
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** From 0, not wanted, to 1. */
  readonly quality: number;
}

/**
 * Chooses the format by an `Accept` header (RFC 9110, 12.5.1): OpenMetrics 1.0.0 when it is named and preferred at
 * least as much as text; else the Prometheus text format, even where the header has nothing that we serve.
 */
export function negotiateFormat(accept: string | undefined): TextFormat {
  const preferences = preferencesOf(accept);
  const openMetrics = best(
    preferences.filter(
      ({ value, parameters }) =>
        value === 'application/openmetrics-text' && (parameters.get('version') ?? '1.0.0') === '1.0.0',
    ),
  );
  const text = best(preferences.filter(isText));
  return openMetrics > 0 && openMetrics >= text ? 'openmetrics' : 'prometheus';
}

/** Whether an `Accept-Encoding` header (RFC 9110, 12.5.3) lets gzip be used. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const preferences = preferencesOf(acceptEncoding);
  const gzip = preferences.filter(({ value }) => value === 'gzip' || value === 'x-gzip');
  return best(gzip.length > 0 ? gzip : preferences.filter(({ value }) => value === '*')) > 0;
}

function isText({ value, parameters }: Preference): boolean {
  return value === 'text/plain' && (parameters.get('version') ?? '0.0.4') === '0.0.4';
}

function best(preferences: readonly Preference[]): number {
  return Math.max(0, ...preferences.map(({ quality }) => quality));
}

function preferencesOf(header: string | undefined): Preference[] {
  return (header ?? '').split(',').map(preferenceOf);
}

function preferenceOf(part: string): Preference {
  const [value = '', ...rest] = part.split(';').map((piece) => piece.trim());
  const parameters = new Map(
    rest.map((piece): [string, string] => {
      const [name = '', text = ''] = piece.split('=', 2);
      return [name.trim().toLowerCase(), text.trim().replace(/^"(.*)"$/, '$1')];
    }),
  );
  const quality = Number(parameters.get('q') ?? 1);
  return {
    value: value.toLowerCase(),
    parameters,
    // An unreadable weight is no reason to refuse what was asked for.
    quality: Number.isNaN(quality) ? 1 : Math.min(Math.max(quality, 0), 1),
  };
}
