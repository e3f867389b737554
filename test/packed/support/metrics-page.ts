import { expect, vi } from 'vitest';

/** One sample of `/metrics`; the labels that tell the scope are apart. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly scope: string | undefined;
  readonly value: number;
}

/** What `/metrics` says. */
export interface MetricsPage {
  readonly samples: readonly Sample[];
  /** The samples of one name, as `{ …labels, value }`, in order of their labels. */
  of(name: string): Record<string, string | number>[];
}

/** Scrapes `/metrics`, as soon as it listens. */
export async function scrape(url: string): Promise<MetricsPage> {
  const response = await vi.waitFor(() => fetch(url), { timeout: 10_000, interval: 50 });
  expect(response.status).toBe(200);
  const text = await response.text();
  const types = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  // A metric that came from two providers would be told twice.
  expect(types).toEqual([...new Set(types)]);
  const samples = text.split('\n').flatMap((line) => sampleOf(line) ?? []);
  return {
    samples,
    of: (name) =>
      samples
        .filter((sample) => sample.name === name)
        .map(({ labels, value }) => ({ ...labels, value }))
        .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
  };
}

/** A line of Prometheus' text format 0.0.4 without timestamp; what the tests look at has no escaped quotes. */
function sampleOf(line: string): Sample | undefined {
  const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
  if (match === null) return undefined;
  const [, name = '', text = '', value = ''] = match;
  const { otel_scope_name, otel_scope_version, otel_scope_schema_url, ...labels } = Object.fromEntries(
    [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, label]) => [key, label]),
  );
  return { name, labels, scope: otel_scope_name, value: Number(value) };
}
