import { describe, expect, it } from 'vitest';
import { type MetricNameParts, metricName } from '../../src/prometheus/metric-name.ts';
import { unitWords } from '../../src/prometheus/unit-name.ts';

const gauge = { kind: 'gauge', monotonic: false } as const;
const counter = { kind: 'sum', monotonic: true } as const;
const upDown = { kind: 'sum', monotonic: false } as const;
const histogram = { kind: 'histogram', monotonic: false } as const;

describe('the Prometheus name of a metric', () => {
  const cases: [
    Omit<MetricNameParts, 'kind' | 'monotonic'>,
    Pick<MetricNameParts, 'kind' | 'monotonic'>,
    string,
  ][] = [
    [{ name: 'orders.place.duration', unit: 's' }, histogram, 'orders_place_duration_seconds'],
    [{ name: 'orders.place.calls', unit: '' }, counter, 'orders_place_calls_total'],
    [{ name: 'orders.place.calls', unit: '{call}' }, counter, 'orders_place_calls_total'],
    [{ name: 'process.cpu.time', unit: 's' }, counter, 'process_cpu_time_seconds_total'],
    [{ name: 'jobs_total', unit: '' }, counter, 'jobs_total'],
    [{ name: 'jobs.total', unit: 's' }, counter, 'jobs_seconds_total'],
    [{ name: 'cpu.utilization', unit: '1' }, gauge, 'cpu_utilization_ratio'],
    [{ name: 'hit_ratio', unit: '1' }, gauge, 'hit_ratio'],
    [{ name: 'items', unit: '1' }, counter, 'items_total'],
    [{ name: 'queue.size', unit: '1' }, upDown, 'queue_size'],
    [{ name: 'cpu.load', unit: '%' }, gauge, 'cpu_load_percent'],
    [{ name: 'disk.io', unit: 'By/s' }, gauge, 'disk_io_bytes_per_second'],
    [{ name: 'speed', unit: 'm/m' }, gauge, 'speed_meters_per_minute'],
    [{ name: 'requests', unit: '{request}/s' }, gauge, 'requests_per_second'],
    [{ name: 'requests', unit: '1/s' }, counter, 'requests_per_second_total'],
    [{ name: 'load', unit: 'By/{packet}' }, gauge, 'load_bytes'],
    [{ name: 'response_time_seconds', unit: 's' }, histogram, 'response_time_seconds'],
    [{ name: 'bytes.received', unit: 'By' }, counter, 'bytes_received_total'],
    [{ name: 'disk_bytes_per_second', unit: 'By/s' }, gauge, 'disk_bytes_per_second'],
    [{ name: 'a..b__c--d', unit: '' }, gauge, 'a_b_c_d'],
    [{ name: '5xx', unit: '' }, gauge, '_5xx'],
    [{ name: '5xx', unit: '', prefix: 'app' }, gauge, 'app_5xx'],
    [{ name: 'load', unit: 'KiBy', prefix: 'my.app' }, gauge, 'my_app_load_kibibytes'],
    [{ name: 'level', unit: 'dB[SPL]' }, gauge, 'level_dB_SPL'],
    [{ name: 'größe', unit: 'By' }, gauge, 'gr_e_bytes'],
    [{ name: 'a:b', unit: '' }, gauge, 'a:b'],
  ];
  it.each(cases)('%o as %o is %s', (parts, kind, expected) => {
    expect(metricName({ ...parts, ...kind })?.name).toBe(expected);
  });

  it('does not exist when no character is legal', () => {
    expect(metricName({ name: '@#%', unit: 's', ...gauge })).toBeUndefined();
    expect(metricName({ name: '', unit: '', ...counter, prefix: 'app' })).toBeUndefined();
  });

  it('has no _total in the OpenMetrics family, and a unit only where the name ends with it', () => {
    expect(metricName({ name: 'cpu.time', unit: 's', ...counter })).toEqual({
      name: 'cpu_time_seconds_total',
      openMetricsName: 'cpu_time_seconds',
      unit: 'seconds',
    });
    expect(metricName({ name: 'bytes.received', unit: 'By', ...counter })?.unit).toBeUndefined();
    expect(metricName({ name: 'hits', unit: '1', ...gauge })?.unit).toBe('ratio');
    expect(metricName({ name: 'seconds', unit: 's', ...gauge })).toEqual({
      name: 'seconds',
      openMetricsName: 'seconds',
      unit: undefined,
    });
  });
});

describe('the words of a unit', () => {
  it.each([
    ['s', 'seconds', ''],
    ['us', 'microseconds', ''],
    ['TiBy', 'tebibytes', ''],
    ['Cel', 'celsius', ''],
    ['{fault}', '', ''],
    ['1', '', ''],
    ['', '', ''],
    ['/s', '', 'per_second'],
    ['W/d', 'watts', 'per_day'],
    ['J/furlong', 'joules', 'per_furlong'],
    [' By / h ', 'bytes', 'per_hour'],
    ['a__b', 'a_b', ''],
  ])('of %o are %o and %o', (unit, main, per) => {
    expect(unitWords(unit)).toEqual({ main, per });
  });
});
