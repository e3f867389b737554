import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { currentAuditContext, runInAuditContext, withAuditContext } from '../../src/context/audit-context.ts';

test('there is none outside of any', () => {
  expect(currentAuditContext()).toBeUndefined();
  expect(runInAuditContext(undefined, () => 'run')).toBe('run');
});

test('reaches everything that the function awaits, and nothing else', async () => {
  const seen = withAuditContext({ actor: 'user:1' }, async () => {
    await setImmediate();
    return currentAuditContext();
  });
  expect(currentAuditContext()).toBeUndefined();
  expect(await seen).toEqual({ actor: 'user:1' });
});

test('an inner one adds to the outer, and takes its place where it says something', () => {
  withAuditContext({ actor: 'user:1', tenant: 'acme', reason: undefined }, () => {
    withAuditContext({ actor: { id: 'user:2' }, tenant: undefined, requestId: 'r1' }, () => {
      expect(currentAuditContext()).toEqual({ actor: { id: 'user:2' }, tenant: 'acme', requestId: 'r1' });
    });
    expect(currentAuditContext()).toEqual({ actor: 'user:1', tenant: 'acme' });
  });
});

test('one that was captured can be taken up again, outside of all others', () => {
  const captured = withAuditContext({ tenant: 'acme' }, currentAuditContext);
  withAuditContext({ actor: 'user:1' }, () => {
    runInAuditContext(captured, () => expect(currentAuditContext()).toEqual({ tenant: 'acme' }));
    runInAuditContext(undefined, () => expect(currentAuditContext()).toBeUndefined());
    expect(currentAuditContext()).toEqual({ actor: 'user:1' });
  });
});

test('gives what the function gives, and throws what it throws', () => {
  const error = new Error('broken');
  expect(withAuditContext({}, () => 3)).toBe(3);
  expect(() =>
    withAuditContext({}, () => {
      throw error;
    }),
  ).toThrow(error);
});

test('misuse is refused, with all problems', () => {
  expect(() => withAuditContext({ tenent: 'acme' } as never, 'no function' as never)).toThrow(
    expect.objectContaining({
      code: 'INSTRUMENT_INVALID_ARGUMENT',
      problems: [
        expect.objectContaining({ path: 'context.tenent', fix: 'Did you mean tenant?' }),
        expect.objectContaining({ path: 'fn' }),
      ],
    }),
  );
  expect(() => withAuditContext(undefined as never, () => 1)).toThrow(/context: found nothing/);
});
