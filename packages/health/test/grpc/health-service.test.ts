import {
  type ClientReadableStream,
  credentials,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceError,
  status as StatusCode,
} from '@grpc/grpc-js';
import { InstrumentError } from '@org/instrument-core';
import { service } from 'grpc-health-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createHealth } from '../../src/create-health.ts';
import { addHealthService } from '../../src/grpc/add-health-service.ts';
import type { HealthServiceOptions } from '../../src/grpc/options.ts';
import type { Health } from '../../src/health.ts';

interface HealthAnswer {
  readonly status: string;
}

interface HealthClient {
  check(request: object, callback: (error: ServiceError | null, answer?: HealthAnswer) => void): void;
  list(
    request: object,
    callback: (error: ServiceError | null, answer?: { statuses: Record<string, HealthAnswer> }) => void,
  ): void;
  watch(request: object): ClientReadableStream<HealthAnswer>;
  close(): void;
}

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0).reverse()) end();
});

/** A real server with the health service, and a real client that speaks the protocol of the package. */
async function serve(health: Health, options: HealthServiceOptions = { pollInterval: 20 }) {
  const server = new Server();
  const stop = addHealthService(server, health, options);
  endings.push(() => server.forceShutdown(), stop);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const { client: Client } = loadPackageDefinition({ client: service }) as never as {
    client: new (address: string, channel: ReturnType<typeof credentials.createInsecure>) => HealthClient;
  };
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  endings.push(() => client.close());
  return {
    stop,
    check: (name: string): Promise<string> =>
      new Promise((resolve) => {
        client.check({ service: name }, (error, answer) =>
          resolve(error === null ? (answer?.status ?? '') : (StatusCode[error.code] ?? '')),
        );
      }),
    list: (): Promise<Record<string, string>> =>
      new Promise((resolve, reject) => {
        client.list({}, (error, answer) => {
          if (error !== null) reject(error);
          const entries = Object.entries(answer?.statuses ?? {});
          resolve(Object.fromEntries(entries.map(([name, { status }]) => [name, status])));
        });
      }),
    watch: (name: string): string[] => {
      const heard: string[] = [];
      const stream = client.watch({ service: name });
      stream.on('data', ({ status }: HealthAnswer) => heard.push(status)).on('error', () => {});
      endings.push(() => stream.cancel());
      return heard;
    },
  };
}

/** A check that says what it is told, and runs when told. */
function settable(health: Health, name: string, probes?: string[]) {
  let outcome: 'healthy' | 'degraded' | 'unhealthy' = 'healthy';
  const options = { failureThreshold: 1, successThreshold: 1, ...(probes === undefined ? {} : { probes }) };
  health.register(name, () => outcome, options);
  return async (next: typeof outcome) => {
    outcome = next;
    await health.check({ check: name, fresh: true });
  };
}

describe('grpc.health.v1.Health', () => {
  it('answers for the instance, each probe, each group and each check', async () => {
    const health = createHealth();
    const set = settable(health, 'database', ['readiness', 'storage']);
    health.register('cache', () => 'degraded');
    await health.check();
    const { check } = await serve(health);
    for (const name of ['', 'readiness', 'liveness', 'startup', 'storage', 'database', 'cache']) {
      expect([name, await check(name)]).toEqual([name, 'SERVING']);
    }
    await set('unhealthy');
    for (const name of ['', 'readiness', 'storage', 'database']) {
      expect([name, await check(name)]).toEqual([name, 'NOT_SERVING']);
    }
    expect(await check('liveness')).toBe('SERVING');
    expect(await check('nothing')).toBe('NOT_FOUND');
  });

  it('answers at once while the instance drains, though a check has never had a result', async () => {
    const health = createHealth();
    health.register('hangs', () => new Promise(() => {}), {
      timeout: '1h',
      probes: ['readiness', 'liveness'],
    });
    const { check, watch } = await serve(health);
    const heard = watch('liveness');
    health.drain();
    const services = ['', 'readiness', 'liveness', 'hangs'];
    expect(await Promise.all(services.map(check))).toEqual([
      'NOT_SERVING',
      'NOT_SERVING',
      'SERVING',
      'UNKNOWN',
    ]);
    await expect.poll(() => heard).toEqual(['SERVING']);
  });

  it('is not serving before anything is known, and while the instance drains', async () => {
    const health = createHealth();
    let finish = (): void => {};
    health.register(
      'slow',
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    const { check } = await serve(health);
    expect(await check('')).toBe('NOT_SERVING');
    expect(await check('slow')).toBe('UNKNOWN');
    // Nobody has asked for a run: the service has checks run in the background.
    await vi.waitFor(() => {
      finish();
      expect(health.report().status).toBe('healthy');
    });
    expect(await check('')).toBe('SERVING');
    health.drain();
    expect([await check(''), await check('readiness'), await check('slow')]).toEqual([
      'NOT_SERVING',
      'NOT_SERVING',
      'SERVING',
    ]);
    health.resume();
    expect(await check('')).toBe('SERVING');
  });

  it('tells streams what changes, once each, draining too', async () => {
    const health = createHealth();
    const set = settable(health, 'database');
    await health.check();
    const { watch } = await serve(health);
    const overall = watch('');
    const database = watch('database');
    await expect.poll(() => [...overall, ...database]).toEqual(['SERVING', 'SERVING']);
    await set('degraded');
    await set('unhealthy');
    await expect.poll(() => database).toEqual(['SERVING', 'NOT_SERVING']);
    await set('unhealthy');
    await set('healthy');
    await expect.poll(() => overall).toEqual(['SERVING', 'NOT_SERVING', 'SERVING']);
    health.drain();
    await expect.poll(() => overall).toEqual(['SERVING', 'NOT_SERVING', 'SERVING', 'NOT_SERVING']);
    expect(database).toEqual(['SERVING', 'NOT_SERVING', 'SERVING']);
  });

  it('follows checks that come and go', async () => {
    const health = createHealth();
    const { check, watch, list } = await serve(health);
    const late = watch('late');
    await expect.poll(() => late).toEqual(['SERVICE_UNKNOWN']);
    const takeOut = health.register('late', () => true);
    await expect.poll(() => late.at(-1)).toBe('SERVING');
    expect(await list()).toMatchObject({ '': 'SERVING', late: 'SERVING' });
    takeOut();
    await expect.poll(() => late.at(-1)).toBe('SERVICE_UNKNOWN');
    expect(await check('late')).toBe('NOT_FOUND');
    expect(Object.keys(await list()).sort()).toEqual(['', 'liveness', 'readiness', 'startup']);
  });

  it('has services of other names, for what they depend on', async () => {
    const health = createHealth();
    const set = settable(health, 'database');
    health.register('mail', () => false);
    await health.check();
    const { check } = await serve(health, {
      checks: false,
      services: {
        'shop.v1.Orders': { probe: 'readiness', exclude: ['mail'] },
        'shop.v1.Later': { check: 'search' },
      },
    });
    expect(await check('shop.v1.Orders')).toBe('SERVING');
    expect(await check('')).toBe('NOT_SERVING');
    expect(await check('database')).toBe('NOT_FOUND');
    await set('unhealthy');
    expect(await check('shop.v1.Orders')).toBe('NOT_SERVING');
    expect(await check('shop.v1.Later')).toBe('NOT_FOUND');
    health.register('search', () => true);
    await health.check();
    expect(await check('shop.v1.Later')).toBe('SERVING');
  });

  it('is not serving anything once it is stopped', async () => {
    const health = createHealth();
    settable(health, 'database');
    await health.check();
    const { check, watch, stop } = await serve(health);
    const overall = watch('');
    await expect.poll(() => overall).toEqual(['SERVING']);
    stop();
    stop();
    await expect.poll(() => overall).toEqual(['SERVING', 'NOT_SERVING']);
    health.register('another', () => true);
    await health.check();
    expect([await check('database'), await check('another')]).toEqual(['NOT_SERVING', 'NOT_FOUND']);
  });
});

describe('mistakes', () => {
  it('are refused all at once', () => {
    const arrange = () =>
      addHealthService({} as never, createHealth(), {
        service: {},
        checks: 1,
        services: { a: { prob: 'readiness' } },
        pollInterval: 'soon',
      } as never);
    expect(arrange).toThrow(InstrumentError);
    expect(arrange).toThrow(
      /server: found(?:.|\n)*service: found.* Did you mean services\?(?:.|\n)*checks: (?:.|\n)*services\["a"\]: (?:.|\n)*pollInterval: /,
    );
  });
});
