import { describe, expect } from 'vitest';
import { outcomeOf, SOURCE, startTelling, type Told, tell } from './harness/elastic-telling.ts';
import { startForgetful } from './harness/forgetful-proxy.ts';
import { it } from './harness/lab.ts';
import type { Hit } from './harness/opensearch.ts';

const SOON = { timeout: 30_000, interval: 25 };
const STREAM = 'logs-instrument-default';
const TRACE = '0af7651916cd43dd8448eb211c80319c';
/** Nothing of it may be lost, or be anything but text. */
const TEXTS = [
  'plain',
  'line\nfeed\r\ntab\t',
  '{"create":{"_id":"forged"}}\n{"message":"forged"}',
  'quotes " \' \\ \u2028\u2029\u0085',
  'Grüße, 世界, 😀',
  'a half \ud83d, and a nil \0',
  '{{ctx.message}} <%{message}>',
  '2024-02-29',
  '1e400',
  'x'.repeat(8_000),
  '',
];

const orders = (count: number) => Array.from({ length: count }, (_, n) => ({ title: `order ${n}`, n }));
const payloadOf = ({ _source }: Hit) => (_source.instrument as { payload: { n?: number } }).payload;
const numbersOf = (hits: readonly Hit[]) =>
  hits.map((hit) => payloadOf(hit).n).sort((a, b) => (a ?? 0) - (b ?? 0));

/** What a data stream of logs has to be told, as Elastic's own template tells it: of fields we write, and of none of the payload. */
const TEMPLATE = {
  index_patterns: ['logs-*-*'],
  data_stream: {},
  template: {
    settings: { number_of_replicas: 0 },
    mappings: {
      properties: {
        '@timestamp': { type: 'date' },
        message: { type: 'text' },
        log: { properties: { level: { type: 'keyword' } } },
        trace: { properties: { id: { type: 'keyword' } } },
        labels: { type: 'object', dynamic: 'true' },
      },
    },
  },
};

/** An index whose payloads have a number, `amount`. */
const AMOUNTS = {
  mappings: {
    properties: { instrument: { properties: { payload: { properties: { amount: { type: 'long' } } } } } },
  },
};

/** Payloads that such an index cannot take. */
const MISFITS = {
  'an object where a number was': { amount: { value: 2 } },
  'a text where a number was': { amount: 'two' },
  'a number that is too large': { amount: 1e300 },
  'a key that is a path': { 'amount.value': 2 },
  'a key that is no path': { '.': 2, 'a..b': 3 },
  'an empty key': { inner: { '': 2 } },
  'more fields than an index may have': many(90, () => many(12, (n) => n)),
};

describe('OpenSearch', () => {
  it('has what we send to a data stream, in the Elastic Common Schema, to be searched', async ({ lab }) => {
    const server = await lab.startOpenSearch();
    await server.ask('PUT', '_index_template/logs', TEMPLATE);
    const events = [
      { title: 'refused', text: 'no money', severity: 'error', key: 'order/1', traceId: TRACE, amount: 12.5 },
      { title: 'waits', severity: 'info', key: 'order/2', amount: 3 },
    ];
    const { told, delivered, dead } = await tell(lab, { url: server.url, events });
    expect({ delivered, dead }).toEqual({ delivered: 2, dead: 0 });
    const [first] = told as [Told];
    const { service, version, environment, host, instance } = SOURCE;
    const hits = await server.search(STREAM, { ids: { values: [first.id] } });
    expect(hits).toEqual([
      {
        _id: first.id,
        _index: '.ds-logs-instrument-default-000001',
        _source: {
          '@timestamp': new Date(first.timestampMillis).toISOString(),
          ecs: { version: expect.stringMatching(/^8\.\d+\.\d+$/) },
          message: 'refused\nno money',
          log: { level: 'error' },
          data_stream: { type: 'logs', dataset: 'instrument', namespace: 'default' },
          event: {
            id: first.id,
            kind: 'event',
            module: 'instrument',
            dataset: 'instrument',
            action: 'order.refused',
            severity: 3,
            // Of the first of a delivery.
            original: JSON.stringify(first.payload),
            reason: 'refused',
          },
          service: { name: service, version, environment, node: { name: instance } },
          host: { name: host, hostname: host },
          trace: { id: TRACE },
          labels: {
            notification_key: 'order/1',
            notification_phase: 'occurred',
            notification_severity: 'error',
          },
          instrument: { payload: first.payload },
        },
      },
    ]);
    for (const term of [{ 'log.level': 'error' }, { 'trace.id': TRACE }]) {
      expect(await server.search(STREAM, { term })).toEqual(hits);
    }
    const range = { 'instrument.payload.amount': { lt: 12 } };
    expect((await server.search(STREAM, { range })).map(({ _id }) => _id)).toEqual([told[1]?.id]);
    const { data_streams } = await server.ask('GET', `_data_stream/${STREAM}`);
    expect(data_streams).toEqual([
      expect.objectContaining({ name: STREAM, template: 'logs', generation: 1 }),
    ]);
  });

  it('has texts as what they are', async ({ lab }) => {
    const server = await lab.startOpenSearch();
    const events = TEXTS.map((text) => ({ title: `title ${text}`, text, given: { text, items: [text] } }));
    const { told, delivered } = await tell(lab, { url: server.url, events });
    expect(delivered).toBe(TEXTS.length);
    const byId = new Map((await server.search(STREAM)).map((hit) => [hit._id, hit._source]));
    expect(byId.size).toBe(TEXTS.length);
    for (const [i, { id, title, text, payload }] of told.entries()) {
      expect(byId.get(id)).toMatchObject({
        message: text === '' ? title : `${title}\n${text}`,
        instrument: { payload },
      });
      const given = TEXTS[i]?.replace(/\p{Surrogate}/u, '\ufffd');
      expect(payload.given).toEqual({ text: given, items: [given] });
    }
  });

  it.for([
    ['as it is', {}],
    ['compressed', { compress: true }],
  ] as const)('has thousands at once, each once, %s', async ([, options], { lab }) => {
    const server = await lab.startOpenSearch();
    const { told, ...rest } = await tell(lab, { url: server.url, events: orders(5_000), options });
    expect(rest).toEqual({ delivered: 5_000, dead: 0, failures: [], reasons: [] });
    const hits = await server.search(STREAM);
    expect(numbersOf(hits)).toEqual(orders(5_000).map(({ n }) => n));
    expect(new Set(hits.map(({ _id }) => _id))).toEqual(new Set(told.map(({ id }) => id)));
  });
});

describe('what is sent again', () => {
  it.for(['a data stream', 'an index'])(
    'is there once, in %s, and counts as delivered',
    async (kind, { lab }) => {
      const server = await lab.startOpenSearch();
      if (kind === 'a data stream') await server.ask('PUT', '_index_template/logs', TEMPLATE);
      const forgetful = await startForgetful(lab, server.url);
      const { told, ...rest } = await tell(lab, { url: forgetful.url, events: orders(20) });
      expect(forgetful.requests()).toBe(2);
      expect(rest).toMatchObject({ delivered: 20, dead: 0, reasons: [] });
      expect(rest.failures).toHaveLength(1);
      const hits = await server.search(STREAM);
      expect(hits).toHaveLength(20);
      expect(numbersOf(hits)).toEqual(orders(20).map(({ n }) => n));
    },
  );

  it('is there once, after the server was killed and came back', async ({ lab }) => {
    const server = await lab.startOpenSearch();
    const app = startTelling(lab, {
      url: server.url,
      events: orders(2_000),
      pause: 1,
      options: { batchSize: 50 },
    });
    const outcome = outcomeOf(app);
    const count = async () => (await server.ask('GET', '_count')).count as number;
    await expect.poll(count, SOON).toBeGreaterThan(0);
    await server.kill();
    await server.start();
    const { delivered, dead, failures } = await outcome;
    expect({ delivered, dead }).toEqual({ delivered: 2_000, dead: 0 });
    expect(failures.length).toBeGreaterThan(0);
    await expect
      .poll(async () => numbersOf(await server.search(STREAM)), SOON)
      .toEqual(orders(2_000).map(({ n }) => n));
  });
});

describe('a payload that does not fit the mapping', () => {
  it('is stored as text, and its neighbours arrive as they are', async ({ lab }) => {
    const server = await lab.startOpenSearch();
    await server.ask('PUT', 'orders', AMOUNTS);
    const events = Object.entries(MISFITS).flatMap(([title, payload], i) => [
      { title: `neighbour ${i}`, amount: i },
      { title, ...payload },
    ]);
    const { told, ...rest } = await tell(lab, { url: server.url, events, options: { index: 'orders' } });
    expect(rest).toEqual({ delivered: events.length, dead: 0, failures: [], reasons: [] });
    const byId = new Map((await server.search('orders')).map((hit) => [hit._id, hit._source]));
    for (const { id, title, payload } of told) {
      const document = byId.get(id);
      expect(document).toMatchObject({ message: title, log: { level: 'info' } });
      if (title.startsWith('neighbour')) {
        expect(document).toMatchObject({ instrument: { payload } });
        continue;
      }
      expect(document, title).not.toHaveProperty('instrument');
      const { original } = (document?.event ?? {}) as { readonly original?: string };
      expect(JSON.parse(original ?? 'null')).toEqual(payload);
    }
  });

  // The field of the text is one more, for which there is no room either: nothing arrives from then on.
  it('is stored as text where an index has all the fields that it may have', async ({ lab }) => {
    const server = await lab.startOpenSearch();
    await server.ask('PUT', 'orders', { settings: { 'index.mapping.total_fields.limit': 100 } });
    const events = Array.from({ length: 100 }, (_, n) => ({ title: `order ${n}`, [`field${n}`]: n }));
    const options = { index: 'orders', batchSize: 10 };
    const { delivered, dead } = await tell(lab, { url: server.url, events, options });
    expect({ delivered, dead }).toEqual({ delivered: 100, dead: 0 });
  });

  it('is refused for good where nothing would fit, and its neighbours arrive', async ({ lab }) => {
    const server = await lab.startOpenSearch();
    await server.ask('PUT', 'orders', { mappings: { properties: { message: { type: 'long' } } } });
    const events = ['1', 'two', '3'].map((title) => ({ title }));
    const { told, ...rest } = await tell(lab, { url: server.url, events, options: { index: 'orders' } });
    expect(rest).toMatchObject({ delivered: 2, dead: 1 });
    expect(rest.reasons).toEqual([expect.stringContaining('failed to parse field [message] of type [long]')]);
    const arrived = (await server.search('orders')).map(({ _id }) => _id).sort();
    expect(arrived).toEqual([told[0]?.id, told[2]?.id].sort());
  });
});

describe('an index that takes nothing for a while', () => {
  it('has everything once its disk has room again', async ({ lab }) => {
    const server = await lab.startOpenSearch();
    await server.ask('PUT', 'orders');
    // What a node does to its indexes when its disk is nearly full.
    const block = (value: true | null) =>
      server.ask('PUT', 'orders/_settings', { 'index.blocks.read_only_allow_delete': value });
    await block(true);
    const proxy = await startForgetful(lab, server.url);
    const outcome = tell(lab, { url: proxy.url, events: orders(10), options: { index: 'orders' } });
    // The second was answered, and so refused, when the third comes.
    await expect.poll(proxy.requests, SOON).toBeGreaterThanOrEqual(3);
    await block(null);
    const { told, ...rest } = await outcome;
    expect(rest).toMatchObject({ delivered: 10, dead: 0, reasons: [] });
    expect(rest.failures).toContainEqual(expect.stringContaining('cluster_block_exception'));
    expect(numbersOf(await server.search('orders'))).toEqual(orders(10).map(({ n }) => n));
  });
});

function many<Value>(count: number, value: (n: number) => Value): Record<string, Value> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`key${n}`, value(n)]));
}
