import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Collection, MeterProvider } from '../src/index.ts';
import { DELTA, metricNames, metricOf } from './collected.ts';

const any = (): boolean => true;

/** What a collection says, but for when. */
function said({ scopes }: Collection): unknown {
  return scopes.map(({ scope, metrics }) => ({
    scope,
    metrics: metrics.map((metric) => ({
      name: metric.descriptor.name,
      points: metric.points().map(({ attributes, value }) => ({ attributes, value })),
    })),
  }));
}

describe('collectNow()', () => {
  it('says what collect() says, for totals and intervals, whatever was recorded between', async () => {
    const measurement = fc.record({ value: fc.nat(100), plan: fc.constantFrom('free', 'pro', 'team') });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(measurement, { maxLength: 5 }), { maxLength: 5 }),
        fc.boolean(),
        async (rounds, isDelta) => {
          const provider = new MeterProvider({});
          const meter = provider.getMeter('test');
          const counter = meter.createCounter('orders');
          const histogram = meter.createHistogram('sizes');
          let depth = 0;
          meter.createObservableGauge('depth').addCallback((result) => result.observe(depth++));
          const options = isDelta ? DELTA : {};
          const [now, later] = [provider.addCollector(options), provider.addCollector(options)];
          for (const measurements of rounds) {
            for (const { value, plan } of measurements) {
              counter.add(value, { plan });
              histogram.record(value, { plan });
            }
            depth = 7;
            const atOnce = said(now.collectNow());
            depth = 7;
            expect(atOnce).toEqual(said(await later.collect()));
          }
        },
      ),
    );
  });

  it('leaves out what callbacks observe later, and what a callback that throws observed', () => {
    const provider = new MeterProvider({});
    const meter = provider.getMeter('test');
    meter.createObservableGauge('now').addCallback((result) => result.observe(1));
    meter.createObservableGauge('later').addCallback(async (result) => {
      await Promise.resolve();
      result.observe(1);
    });
    meter.createObservableGauge('bad').addCallback((result) => {
      result.observe(1);
      throw new Error('callback');
    });
    expect(metricNames(provider.addCollector().collectNow())).toEqual(['now']);
  });

  it('ends an interval', () => {
    const provider = new MeterProvider({});
    const counter = provider.getMeter('test').createCounter('orders');
    const collector = provider.addCollector(DELTA);
    counter.add(2);
    expect(metricOf(collector.collectNow(), 'orders')?.points()[0]?.value).toBe(2);
    counter.add(3);
    expect(metricOf(collector.collectNow(), 'orders')?.points()[0]?.value).toBe(3);
    expect(metricNames(collector.collectNow())).toEqual([]);
  });
});

describe('hasNews()', () => {
  it.each([
    ['totals', {}],
    ['intervals', DELTA],
  ])('tells whether something was recorded since the last collection of %s', async (_, options) => {
    const provider = new MeterProvider({});
    const counter = provider.getMeter('test').createCounter('orders');
    const [collector, other] = [provider.addCollector(options), provider.addCollector()];
    expect(collector.hasNews(any)).toBe(false);
    counter.add(1, { plan: 'pro' });
    expect(collector.hasNews(any)).toBe(true);
    await other.collect();
    expect(collector.hasNews(any)).toBe(true);
    await collector.collect();
    expect(collector.hasNews(any)).toBe(false);
    counter.add(1, { plan: 'free' });
    expect(collector.hasNews(({ name }) => name !== 'orders')).toBe(false);
    expect(collector.hasNews(any)).toBe(true);
  });

  it('does not count observations', async () => {
    const provider = new MeterProvider({});
    provider
      .getMeter('test')
      .createObservableGauge('depth')
      .addCallback((result) => result.observe(Math.random()));
    const collector = provider.addCollector();
    await collector.collect();
    await provider.addCollector().collect();
    expect(collector.hasNews(any)).toBe(false);
  });

  it('counts an interval that was taken back', async () => {
    const provider = new MeterProvider({});
    const counter = provider.getMeter('test').createCounter('orders');
    const collector = provider.addCollector(DELTA);
    counter.add(1);
    collector.restore(await collector.collect());
    expect(collector.hasNews(any)).toBe(true);
  });
});
