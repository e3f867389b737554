import { afterEach, describe, expect, it } from 'vitest';
import {
  type HttpAnswer,
  type HttpReceiver,
  type HttpRequest,
  openHttpReceiver,
} from '../../src/conformance/index.ts';
import type { DeliveryError } from '../../src/delivery-error.ts';
import { type ElasticOptions, elastic } from '../../src/elastic/elastic.ts';
import { FOR_LOGS } from '../../src/selection/selection.ts';
import { CALM, notification } from '../support/notifications.ts';
import { acceptBulk, operationsOf, readBulk } from './bulk-server.ts';
import { ecsProblems } from './ecs-schema.ts';

const servers: HttpReceiver[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function bench(
  options: Partial<ElasticOptions> = {},
  accept: (request: HttpRequest) => HttpAnswer = acceptBulk,
) {
  const server = await openHttpReceiver({ read: readBulk, accept });
  servers.push(server);
  return { server, channel: elastic({ url: server.url, ...options }) };
}

/** An answer with a result for each document, by its id. */
function answering(results: Readonly<Record<string, object>>) {
  return (request: HttpRequest): HttpAnswer => {
    const items = operationsOf(request).map(({ id }) => ({ create: results[id] ?? { status: 201 } }));
    return { status: 200, body: JSON.stringify({ errors: true, items }) };
  };
}

const error = (type: string, reason = type) => ({ type, reason });

describe('a document', () => {
  it('is of the Elastic Common Schema', async () => {
    const { server, channel } = await bench();
    const one = notification({ id: 'n-1', traceId: 't', spanId: 's', payload: { deep: { a: [1] } } });
    await channel.deliver([one], CALM);
    const [request] = server.requests();
    const [operation] = operationsOf(request as HttpRequest);
    expect(request?.path).toMatch(/^\/logs-instrument-default\/_bulk\?filter_path=/);
    expect(operation).toEqual({
      id: 'n-1',
      document: {
        '@timestamp': '2024-02-29T12:34:56.789Z',
        ecs: { version: '8.11.0' },
        message: 'database is unhealthy\nIt was healthy.',
        log: { level: 'error' },
        data_stream: { type: 'logs', dataset: 'instrument', namespace: 'default' },
        event: {
          id: 'n-1',
          kind: 'event',
          module: 'instrument',
          dataset: 'instrument',
          action: 'health.status.changed',
          severity: 3,
          original: '{"deep":{"a":[1]}}',
          reason: 'database is unhealthy',
        },
        service: { name: 'checkout', version: '1.2.3', environment: 'production', node: { name: 'a1' } },
        host: { name: 'web-1', hostname: 'web-1' },
        trace: { id: 't' },
        span: { id: 's' },
        labels: {
          notification_key: 'health/database',
          notification_phase: 'triggered',
          notification_severity: 'error',
        },
        instrument: { payload: { deep: { a: [1] } } },
      },
    });
    expect(ecsProblems(operation?.document ?? {})).toEqual([]);
  });

  it('of an alert is one, of what is over no error, and of a plain index no data stream', async () => {
    const { server, channel } = await bench({ index: 'events' });
    await channel.deliver([notification({ event: 'alert.resolved', phase: 'resolved' })], CALM);
    const [operation] = operationsOf(server.requests()[0] as HttpRequest);
    expect(operation?.document).toMatchObject({
      event: { kind: 'alert', dataset: 'instrument' },
      log: { level: 'info' },
    });
    expect(operation?.document).not.toHaveProperty('data_stream');
  });

  it('whose id is too long has one of its own, always the same', async () => {
    const { server, channel } = await bench();
    const one = notification({ id: 'x'.repeat(600) });
    await channel.deliver([one], CALM);
    await channel.deliver([one], CALM);
    const ids = server.requests().map((request) => operationsOf(request)[0]?.id);
    expect(ids[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(ids[1]).toBe(ids[0]);
  });
});

describe('an answer', () => {
  it('with errors tells of each document', async () => {
    const { channel } = await bench(
      {},
      answering({
        there: { status: 409, error: error('version_conflict_engine_exception') },
        busy: { status: 429, error: error('es_rejected_execution_exception', 'queue is full') },
        broken: { status: 503, error: error('unavailable_shards_exception') },
        wrong: { status: 400, error: error('resource_already_exists_exception', 'exists') },
        closed: { status: 400, error: error('index_closed_exception', 'closed') },
        blocked: { status: 403, error: error('cluster_block_exception', 'index read-only') },
        piped: {
          status: 400,
          error: error('illegal_argument_exception', 'pipeline with id [p] does not exist'),
        },
      }),
    );
    const batch = ['fine', 'there', 'busy', 'broken', 'wrong', 'closed', 'blocked', 'piped'].map((id) =>
      notification({ id }),
    );
    const rejections = (await channel.deliver(batch, CALM)) ?? [];
    expect(rejections.map(({ id, error: { permanent, status } }) => [id, permanent, status])).toEqual([
      ['busy', false, 429],
      ['broken', false, 503],
      ['wrong', true, 400],
      // Somebody will open, unblock or mend the index.
      ['closed', false, 400],
      ['blocked', false, 403],
      ['piped', false, 400],
    ]);
    expect(rejections[0]?.error.message).toBe(
      'Elasticsearch refused a document (429): es_rejected_execution_exception: queue is full',
    );
  });

  it('that a payload does not fit the mapping has it sent as text', async () => {
    const requests: string[][] = [];
    const { server, channel } = await bench({}, (request) => {
      const operations = operationsOf(request);
      requests.push(operations.map(({ id }) => id));
      const items = operations.map(({ id, document }) =>
        id === 'misfit' && 'instrument' in document
          ? { create: { status: 400, error: error('document_parsing_exception') } }
          : { create: { status: id === 'busy' ? 429 : 201 } },
      );
      return { status: 200, body: JSON.stringify({ errors: true, items }) };
    });
    const payload = { a: { b: 1 } };
    const batch = ['a', 'misfit', 'busy'].map((id) => notification({ id, payload }));
    const rejections = (await channel.deliver(batch, CALM)) ?? [];
    expect(rejections.map(({ id }) => id)).toEqual(['busy']);
    expect(requests).toEqual([['a', 'misfit', 'busy'], ['misfit']]);
    const [plain] = operationsOf(server.requests()[1] as HttpRequest);
    expect(plain?.document.event).toMatchObject({ original: '{"a":{"b":1}}' });
    expect(plain?.document).not.toHaveProperty('instrument');
    expect(ecsProblems(plain?.document ?? {})).toEqual([]);
  });

  it('that it does not fit as text either has it sent with what all documents have', async () => {
    const { server, channel } = await bench({}, (request) => {
      const items = operationsOf(request).map(({ document }) =>
        'service' in document
          ? { create: { status: 400, error: error('illegal_argument_exception', 'Limit of total fields') } }
          : { create: { status: 201 } },
      );
      return { status: 200, body: JSON.stringify({ errors: true, items }) };
    });
    const payload = { text: 'x'.repeat(20_000) };
    expect(await channel.deliver([notification({ id: 'late', payload })], CALM)).toEqual([]);
    const documents = server.requests().map((request) => operationsOf(request)[0]?.document ?? {});
    expect(documents.map((document) => [...Object.keys(document)].includes('instrument'))).toEqual([
      true,
      false,
      false,
    ]);
    const [, , bare] = documents;
    expect(Object.keys(bare ?? {}).sort()).toEqual(
      ['@timestamp', 'data_stream', 'ecs', 'event', 'labels', 'log', 'message'].sort(),
    );
    const { original } = (bare?.event ?? {}) as { original: string };
    expect(original).toMatch(/^\{"id":"late"/);
    // A term has room for 32,766 bytes.
    expect(original.length).toBeLessThanOrEqual(8_001);
    expect(ecsProblems(bare ?? {})).toEqual([]);
  });

  it('that nothing of it fits is final', async () => {
    const { server, channel } = await bench(
      {},
      answering({ misfit: { status: 400, error: error('mapper_parsing_exception') } }),
    );
    const rejections = (await channel.deliver([notification({ id: 'misfit' })], CALM)) ?? [];
    expect(rejections.map(({ id, error: { permanent } }) => [id, permanent])).toEqual([['misfit', true]]);
    expect(server.requests().length).toBe(3);
  });

  it.each([
    ['', 200],
    ['{}', 200],
    ['{"errors":false,"items":[]}', 200],
    ['{"errors":true,"items":[{"create":{}}]}', 200],
    ['{"errors":true,"items":[null]}', 200],
    ['<html>', 200],
  ])('%j is no answer, and can be tried again', async (body, status) => {
    const { channel } = await bench({}, () => ({ status, body }));
    const failure = await Promise.resolve(channel.deliver([notification()], CALM)).catch(
      (one: DeliveryError) => one,
    );
    expect(failure).toMatchObject({ name: 'DeliveryError', permanent: false });
  });
});

describe('a request', () => {
  it('is of bounded size; what follows one that failed is not sent before it', async () => {
    let count = 0;
    const { server, channel } = await bench({}, (request) => {
      if (++count === 2) return { status: 503, body: '{}' };
      return acceptBulk(request);
    });
    const batch = Array.from({ length: 200 }, () => notification({ payload: { text: 'x'.repeat(60_000) } }));
    const rejections = (await channel.deliver(batch, CALM)) ?? [];
    expect(server.requests().length).toBe(2);
    for (const { body } of server.requests()) expect(body.length).toBeLessThanOrEqual(4 * 1_024 * 1_024);
    const sent = operationsOf(server.requests()[0] as HttpRequest).map(({ id }) => id);
    expect([...sent, ...rejections.map(({ id }) => id)]).toEqual(batch.map(({ id }) => id));
    expect(rejections.every(({ error: { permanent } }) => !permanent)).toBe(true);
  });

  it('can be compressed', async () => {
    const { server, channel } = await bench({ compress: true });
    await channel.deliver([notification({ id: 'n-1' })], CALM);
    expect(server.requests()[0]?.headers['content-encoding']).toBe('gzip');
    expect(server.received()[0]).toContain('n-1');
  });

  it.each([
    [{ apiKey: 'aWQ6a2V5' }, 'ApiKey aWQ6a2V5'],
    [{ apiKey: 'id:key' }, 'ApiKey aWQ6a2V5'],
    [{ token: 'abc' }, 'Bearer abc'],
    [{ username: 'me', password: 'pass' }, 'Basic bWU6cGFzcw=='],
    [{}, undefined],
  ])('with %j has the header %s', async (options, expected) => {
    const { server, channel } = await bench(options);
    await channel.deliver([notification()], CALM);
    expect(server.requests()[0]?.headers.authorization).toBe(expected);
  });

  it('goes below the path of the address, with its credentials in a header', async () => {
    const server = await openHttpReceiver({
      read: readBulk,
      accept: () => ({ status: 200, body: '{"errors":false,"items":[{}]}' }),
    });
    servers.push(server);
    const url = server.url.replace('http://', 'http://me:p%40ss@').replace(/\/$/, '/elastic/');
    await elastic({ url, index: 'events' }).deliver([notification()], CALM);
    expect(server.requests()[0]?.path).toMatch(/^\/elastic\/events\/_bulk\?/);
    expect(server.requests()[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
    );
  });
});

describe('options', () => {
  const url = 'https://elasticsearch.example.com:9200';

  it('that are right make a channel for logs', () => {
    expect(elastic({ url })).toMatchObject({
      name: 'elastic',
      maxBatch: 500,
      settings: { events: FOR_LOGS.events, batchDelay: '1s' },
    });
  });

  it.each([
    [{}, ['url']],
    [{ url: 'elasticsearch' }, ['url']],
    [{ url, index: 'Logs' }, ['index']],
    [{ url, index: '../x' }, ['index']],
    [{ url, index: '_all' }, ['index']],
    [{ url, username: 'me' }, ['username']],
    [{ url, apiKey: 'x', token: 'y' }, ['']],
    [{ url, apiKey: 'a b' }, ['apiKey']],
    [{ url, compress: 'gzip', queue: 3, indx: 'x' }, ['indx', 'compress', 'queue']],
  ])('%j is refused', (options, expected) => {
    let paths: unknown;
    try {
      elastic(options as never);
    } catch (failure) {
      paths = (failure as { problems: { path: string }[] }).problems.map(({ path }) => path);
    }
    expect(paths).toEqual(expected);
  });
});
