import { describe, expect, test } from 'vitest';
import { EventBus } from '../../src/index.ts';
import { letDiagnosticsThrow, useDiagnostics } from '../diagnostics.ts';

interface Events {
  'alert.firing': number;
  'alert.resolved': number;
  'audit.entry': number;
}

const said = useDiagnostics();

/** A bus, and what its listeners heard. */
function start() {
  const heard: string[] = [];
  const hear = (who: string) => (payload: number, name: string) =>
    void heard.push(`${who}:${name}:${payload}`);
  return { bus: new EventBus<Events>(), heard, hear };
}

describe('listeners', () => {
  test('hear the events of a name, of a prefix, or all', () => {
    const { bus, heard, hear } = start();
    bus.on('alert.firing', hear('name'));
    bus.on('alert.*', hear('prefix'));
    bus.on('*', hear('all'));
    bus.emit('alert.firing', 1);
    bus.emit('alert.resolved', 2);
    bus.emit('audit.entry', 3);
    expect(heard).toEqual([
      'name:alert.firing:1',
      'prefix:alert.firing:1',
      'all:alert.firing:1',
      'prefix:alert.resolved:2',
      'all:alert.resolved:2',
      'all:audit.entry:3',
    ]);
  });

  test('are called in the order of subscription, one function as often as it was subscribed', () => {
    const { bus, heard, hear } = start();
    const twice = hear('twice');
    const off = bus.on('audit.entry', twice);
    bus.on('audit.entry', hear('other'));
    bus.on('audit.entry', twice);
    bus.emit('audit.entry', 1);
    off();
    off();
    bus.emit('audit.entry', 2);
    expect(heard.map((line) => line.split(':')[0])).toEqual(['twice', 'other', 'twice', 'other', 'twice']);
  });

  test('of one event hear one event, whether by name or by pattern', () => {
    const { bus, heard, hear } = start();
    bus.once('alert.firing', hear('once'));
    const off = bus.once('audit.entry', hear('never'));
    off();
    for (const n of [1, 2]) bus.emit('alert.firing', n);
    bus.emit('audit.entry', 1);
    expect(heard).toEqual(['once:alert.firing:1']);
  });

  test.each(['alert.firing', 'alert.*', '*'] as const)(
    'that subscribe to %s anew while they are called hear the next event',
    (name) => {
      const { bus } = start();
      const heard: number[] = [];
      const again = (payload: number): void => {
        off();
        heard.push(payload);
        if (heard.length < 100) off = bus.on(name as 'alert.firing', again);
      };
      bus.on(name as 'alert.firing', () => {});
      let off = bus.on(name as 'alert.firing', again);
      for (const n of [1, 2]) bus.emit('alert.firing', n);
      expect(heard).toEqual([1, 2]);
    },
  );

  test('that are taken off while the event is published do not hear it', () => {
    const { bus, heard, hear } = start();
    bus.on('audit.entry', () => off());
    const off = bus.on('audit.entry', hear('taken off'));
    bus.emit('audit.entry', 1);
    expect(heard).toEqual([]);
  });

  test('that emit are heard within the event', () => {
    const { bus, heard, hear } = start();
    bus.on('alert.firing', (n) => bus.emit('audit.entry', n));
    bus.on('alert.firing', hear('after'));
    bus.on('audit.entry', hear('inner'));
    bus.emit('alert.firing', 1);
    expect(heard).toEqual(['inner:audit.entry:1', 'after:alert.firing:1']);
  });
});

test('an emitter can ask whether anybody would hear', () => {
  const { bus } = start();
  const all = (): boolean[] => (['alert.firing', 'audit.entry'] as const).map((name) => bus.hears(name));
  expect(all()).toEqual([false, false]);
  const offs = [bus.on('alert.firing', () => {}), bus.on('audit.*', () => {})];
  expect(all()).toEqual([true, true]);
  for (const off of offs) off();
  expect(all()).toEqual([false, false]);
});

test('a pattern can be narrowed by names: emitters are told that the others are not heard', () => {
  const { bus, heard, hear } = start();
  const off = bus.on('*', hear('alerts'), (name) => name.startsWith('alert.'));
  expect([bus.hears('alert.firing'), bus.hears('audit.entry')]).toEqual([true, false]);
  bus.emit('alert.firing', 1);
  bus.emit('audit.entry', 2);
  expect(heard).toEqual(['alerts:alert.firing:1']);
  bus.on('*', hear('all'));
  expect(bus.hears('audit.entry')).toBe(true);
  off();
  bus.emit('alert.firing', 3);
  expect(heard).toEqual(['alerts:alert.firing:1', 'all:alert.firing:3']);
});

describe('a listener that fails', () => {
  test('by throwing harms neither the emitter nor other listeners', () => {
    const { bus, heard, hear } = start();
    bus.on('audit.entry', () => {
      throw new Error('thrown');
    });
    bus.on('audit.entry', hear('other'));
    bus.emit('audit.entry', 1);
    expect(heard).toEqual(['other:audit.entry:1']);
    expect(bus.statistics()).toEqual({ emitted: 1, failed: 1, shed: 0 });
  });

  test('by rejecting is counted too, and is no unhandled rejection', async () => {
    const { bus } = start();
    bus.on('audit.entry', async () => {
      throw new Error('rejected');
    });
    bus.emit('audit.entry', 1);
    await expect.poll(() => bus.statistics().failed).toBe(1);
  });

  test('harms nobody when the logger of diag throws as well', async () => {
    letDiagnosticsThrow();
    const { bus, heard, hear } = start();
    const fail = (): never => {
      throw new Error('thrown');
    };
    bus.on('audit.entry', fail);
    bus.on('audit.entry', async () => fail());
    const subscription = bus.subscribe('audit.entry', ({ payload }) => {
      heard.push(`subscription:${payload}`);
      fail();
    });
    bus.on('audit.entry', hear('other'));
    bus.emit('audit.entry', 1);
    bus.emit('audit.entry', 2);
    expect(heard).toEqual(['other:audit.entry:1', 'other:audit.entry:2']);
    await subscription.close();
    expect(heard.slice(2)).toEqual(['subscription:1', 'subscription:2']);
    expect(bus.statistics().failed).toBe(6);
  });

  test('in its filter hears nothing, and harms neither the emitter nor other listeners', () => {
    const { bus, heard, hear } = start();
    bus.on('*', hear('never'), () => {
      throw new Error('thrown');
    });
    expect(bus.hears('audit.entry')).toBe(false);
    bus.on('*', hear('other'));
    bus.emit('audit.entry', 1);
    expect(heard).toEqual(['other:audit.entry:1']);
    expect(bus.statistics().failed).toBe(2);
    expect(said.errors[0]).toBe('A listener of the event audit.entry failed (1 failures so far)');
  });

  test('always is said ever more rarely', () => {
    const { bus } = start();
    bus.on('audit.entry', () => {
      throw new Error('always');
    });
    for (let i = 0; i < 100; i++) bus.emit('audit.entry', i);
    expect(said.errors).toEqual(
      [1, 2, 4, 8, 16, 32, 64].map(
        (n) => `A listener of the event audit.entry failed (${n} failures so far)`,
      ),
    );
  });
});
