import { describe, expect, it } from 'vitest';
import { figuresOf } from '../src/agreement.ts';
import { createTally } from '../src/tally.ts';

describe('the figures', () => {
  it('are read from the exposition by name and label, and nothing else', () => {
    const exposition = [
      '# HELP batch_items_processed_total Items',
      'batch_items_processed_total{otel_scope_name="x"} 7',
      'batch_items_processed_total_created{otel_scope_name="x"} 99',
      'batch_errors_total{error_type="A",scope="item"} 2',
      'batch_errors_total{error_type="B",scope="item"} 1',
      'batch_errors_total{error_type="A",scope="worker"} 5',
      'batch_workers_active 0',
    ].join('\n');
    const tally = { ...createTally(), processed: 7, failed: 3 };
    const figures = Object.fromEntries(figuresOf(exposition, tally).map((figure) => [figure.name, figure]));
    expect(figures.items).toMatchObject({ shown: 7, counted: 7 });
    expect(figures['errors of items']).toMatchObject({ shown: 3, counted: 3 });
    expect(figures['workers at work']).toMatchObject({ shown: 0, counted: 0 });
    expect(figures['tasks of the pool']).toMatchObject({ shown: 0, counted: 7 });
  });
});
