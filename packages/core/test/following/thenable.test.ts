import { describe, expect, test } from 'vitest';
import { followed, Told } from './told.ts';

test('a thenable whose then throws has failed, and throws', () => {
  const call = new Told();
  const broken = {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    then: (): void => {
      throw new Error('not connected');
    },
  };
  expect(() => followed(call, broken).then()).toThrow('not connected');
  expect(call.said).toEqual(['fail not connected']);
});

/** Runs once, when it is first consumed, in whatever way, as that of Prisma. */
class Query {
  runs = 0;
  readonly #work: () => Promise<string>;
  #running: Promise<string> | undefined;

  constructor(work: () => Promise<string>) {
    this.#work = work;
  }

  // biome-ignore lint/suspicious/noThenProperty: a lazy thenable is what is tested
  then<A, B>(
    onFulfilled?: ((value: string) => A) | null,
    onRejected?: ((error: Error) => B) | null,
  ): Promise<A | B> {
    return this.#run().then(onFulfilled, onRejected) as Promise<A | B>;
  }

  catch<B>(onRejected?: ((error: Error) => B) | null): Promise<string | B> {
    return this.#run().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<string> {
    return this.#run().finally(onFinally);
  }

  #run(): Promise<string> {
    if (this.#running === undefined) {
      this.runs++;
      this.#running = this.#work();
    }
    return this.#running;
  }
}

/** As those of knex: its `catch` calls its `then`. */
class Builder extends Query {
  override catch<B>(onRejected?: ((error: Error) => B) | null): Promise<string | B> {
    return this.then(undefined, onRejected) as Promise<string | B>;
  }
}

const rows = async (): Promise<string> => 'rows';
const fails = async (): Promise<string> => {
  throw new Error('gone');
};

describe.each([Query, Builder])('a thenable with shorthands of its own (%o)', (Kind) => {
  test('that is consumed by catch ends as it settles', async () => {
    const [good, bad] = [new Told(), new Told()];
    expect(await followed(good, new Kind(rows)).catch(() => 'none')).toBe('rows');
    expect(good.said).toEqual(['succeed rows']);
    const query = followed(bad, new Kind(fails));
    expect(await query.catch((error) => error.message)).toBe('gone');
    expect(bad.said).toEqual(['fail gone']);
    expect([query.runs, Reflect.ownKeys(query)]).toEqual([1, ['runs']]);
  });

  test('that is consumed by finally ends as it settles', async () => {
    const [good, bad] = [new Told(), new Told()];
    let through = 0;
    const count = (): void => void through++;
    expect(await followed(good, new Kind(rows)).finally(count)).toBe('rows');
    await expect(followed(bad, new Kind(fails)).finally(count)).rejects.toThrow('gone');
    expect([good.said, bad.said, through]).toEqual([['succeed rows'], ['fail gone'], 2]);
  });

  test('whose catch gets no handler still rejects', async () => {
    const call = new Told();
    await expect(followed(call, new Kind(fails)).catch()).rejects.toThrow('gone');
    expect(call.said).toEqual(['fail gone']);
  });
});

test('a catch may be told which errors it is for, before its handler', async () => {
  const only = (kind: typeof Error, handler: (error: Error) => string): Promise<string> =>
    fails().catch((error: Error) => {
      if (error instanceof kind) return handler(error);
      throw error;
    });
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
  const query = { then: () => expect.unreachable('started twice'), catch: only };
  const [caught, missed] = [new Told(), new Told()];
  expect(await followed(caught, query).catch(Error, (error) => error.message)).toBe('gone');
  await expect(followed(missed, query).catch(RangeError, () => 'no')).rejects.toThrow('gone');
  expect([caught.said, missed.said]).toEqual([['fail gone'], ['fail gone']]);
});

test('a finally that returns the thenable itself leaves it to its next consumer', async () => {
  const call = new Told();
  const deferred = {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    then: (resolve: (value: string) => void): void => resolve('done'),
    finally() {
      return this;
    },
  };
  expect(await followed(call, deferred).finally()).toBe('done');
  expect(call.said).toEqual(['succeed done']);
});

test('a thenable that is consumed tells each call that returns it again', async () => {
  const [first, unused, second] = [new Told(), new Told(), new Told()];
  const query = new Query(fails);
  const failing = followed(unused, followed(first, query)).catch(() => 'none');
  const again = followed(second, query).then(undefined, () => 'none');
  expect(await Promise.all([failing, again])).toEqual(['none', 'none']);
  expect([first.said, unused.said, second.said]).toEqual([
    ['fail gone'],
    ['succeed undefined'],
    ['fail gone'],
  ]);
  expect(query.runs).toBe(1);
});
