import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { followed, Told } from './told.ts';

const KEY = createContextKey('where');
const where = (): unknown => context.active().getValue(KEY);
const at = <T>(place: string, step: () => T): T => context.with(ROOT_CONTEXT.setValue(KEY, place), step);
const called = (): Told => new Told(undefined, ROOT_CONTEXT.setValue(KEY, 'call'));

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(() => context.disable());

function* placesOf(): Generator<unknown> {
  for (;;) yield where();
}
async function* placesLater(): AsyncGenerator<unknown> {
  for (;;) yield where();
}

test('each step of an iterator runs in the context of the call, or in that of its consumer', async () => {
  for (const [call, place] of [
    [called, 'call'],
    [() => new Told(), 'consumer'],
  ] as const) {
    const generator = followed(call(), placesOf());
    expect(at('consumer', () => generator.next().value)).toBe(place);
    const later = followed(call(), placesLater());
    expect(await at('consumer', async () => (await later.next()).value)).toBe(place);
    const iterable = followed(call(), {
      [Symbol.asyncIterator]: () => ({ next: () => ({ value: where() }) }),
    });
    expect(at('consumer', () => iterable[Symbol.asyncIterator]().next().value)).toBe(place);
  }
});

test('a web stream is read in the context of the call', async () => {
  const stream = new ReadableStream({ pull: (source) => source.enqueue(where()) }, { highWaterMark: 0 });
  const reader = followed(called(), stream).getReader();
  expect(await at('consumer', async () => (await reader.read()).value)).toBe('call');
});

test('a lazy thenable runs in the context of the call, its handlers in that of the consumer', () => {
  const query = {
    // biome-ignore lint/suspicious/noThenProperty: a lazy thenable is what is tested
    then: (resolve: (place: unknown) => void): void => resolve(where()),
  };
  const places: unknown[] = [];
  at('consumer', () => followed(called(), query).then((place) => places.push(place, where())));
  expect(places).toEqual(['call', 'consumer']);
});
