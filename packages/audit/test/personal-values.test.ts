import { describe, expect, test } from 'vitest';
import { audited } from '../src/decorate/audited.ts';
import { personal } from '../src/subjects/personal.ts';
import { everythingIn } from './everything-in.ts';
import { useAudits } from './opened-audits.ts';

const audits = useAudits();

describe('values of a person', () => {
  test('are readable until the person is erased, which is on record, and changes no proof', async () => {
    const { audit, directory, entries, seen } = audits.open();
    audit.record({ action: 'users.change', actor: personal('u1', 'ada@example.org') });
    audit.record({ action: 'users.change', actor: personal('u2', 'bob@example.org') });
    const { note } = await audit.checkpoint();
    expect((await entries()).map(({ actor }) => actor?.id)).toEqual(['ada@example.org', 'bob@example.org']);
    const before = (await entries()).map(({ hash }) => hash);

    const context = { actor: 'admin:1', reason: 'ticket 7' };
    expect(await audit.with(context, () => audit.erase('u1'))).toBe(true);
    expect(await audit.erase('u1')).toBe(false);
    const after = await entries();
    const pseudonym = seen('audit.erased')[0]?.pseudonym;
    expect(after[0]?.actor?.id).toMatchObject({ subject: pseudonym });
    expect(after[1]?.actor?.id).toBe('bob@example.org');
    expect(after[2]).toMatchObject({
      action: 'audit.subject.erased',
      actor: { id: 'admin:1' },
      reason: 'ticket 7',
      attributes: { pseudonym },
    });
    expect(after.slice(0, 2).map(({ hash }) => hash)).toEqual(before);
    expect(audit.status().durable).toBe(3);
    expect(await audit.verify({ checkpoints: [note] })).toMatchObject({ ok: true, failures: [] });
    await audit.close();
    expect(everythingIn(directory)).not.toMatch(/ada@example|bob@example/);

    const again = audits.open({ directory });
    expect((await again.entries()).map(({ actor }) => actor?.id)[1]).toBe('bob@example.org');
    expect(await again.audit.erase('u1')).toBe(false);
  });

  test('are messages of errors, where after marks what an audited function threw', async () => {
    const { audit, directory, entries } = audits.open();
    const update = audited(
      'users.update',
      async (): Promise<void> => {
        throw new RangeError('duplicate key (ada@example.org)');
      },
      { after: ({ error }) => ({ error: { message: personal('u1', (error as Error).message) } }), audit },
    );
    await expect(update()).rejects.toThrow(RangeError);
    const message = async (): Promise<unknown> => (await entries({ outcome: 'failure' }))[0]?.error;
    expect(await message()).toEqual({ type: 'RangeError', message: 'duplicate key (ada@example.org)' });
    expect(await audit.erase('u1')).toBe(true);
    expect(await message()).toMatchObject({ type: 'RangeError', message: { $sealed: expect.any(String) } });
    await audit.close();
    expect(everythingIn(directory)).not.toContain('ada@example');
  });

  test('are erased to the end before the directory is given back', async () => {
    const { audit, directory } = audits.open();
    for (let i = 0; i < 200; i++) audit.record({ action: 'users.change', actor: personal(`u${i}`, 'x') });
    const erased = audit.erase('u7');
    await audit.close();
    expect(await erased).toBe(true);
    const again = audits.open({ directory });
    const all = await again.entries({ action: 'audit.subject.erased' });
    expect(all).toHaveLength(1);
    expect(await again.audit.erase('u7')).toBe(false);
    expect(await again.audit.erase('u8')).toBe(true);
  });

  test('that were marked before an erasure are unreadable, whenever they are written', async () => {
    const { audit, entries, seen } = audits.open();
    const ada = personal('u1', 'Ada Lovelace');
    const operation = audit.begin({ action: 'orders.place', actor: ada, attributes: { by: [ada] } });
    const [start] = await entries();
    expect(start?.actor?.id).toBe('Ada Lovelace');
    const unused = personal('u1', 'Ada Byron');
    await audit.with({ actor: ada, reason: unused }, async () => {
      expect(await audit.erase('u1')).toBe(true);
      audit.record({ action: 'orders.look' });
    });
    operation.end({ reason: unused });
    const [started, erased, looked, ended] = await entries();
    const pseudonym = seen('audit.erased')[0]?.pseudonym;
    const sealed = { $sealed: expect.any(String), subject: pseudonym };
    expect(started?.actor?.id).toEqual(sealed);
    expect(erased).toMatchObject({ action: 'audit.subject.erased', actor: { id: sealed }, reason: sealed });
    expect(looked).toMatchObject({ actor: { id: sealed }, reason: sealed });
    expect(ended).toMatchObject({
      phase: 'ended',
      actor: { id: sealed },
      reason: sealed,
      attributes: { by: [sealed] },
    });
    expect(await audit.erase('u1')).toBe(false);
  });

  test('that are marked after an erasure are readable, and have a key of their own', async () => {
    const { audit, entries, seen } = audits.open();
    const operation = audit.begin({ action: 'orders.place', actor: personal('u1', 'Ada') });
    await audit.erase('u1');
    operation.end({ reason: personal('u1', 'ticket of Ada') });
    const [, , ended] = await entries();
    const pseudonym = seen('audit.erased')[0]?.pseudonym;
    expect(ended).toMatchObject({ actor: { id: { subject: pseudonym } }, reason: 'ticket of Ada' });
    expect(await audit.erase('u1')).toBe(true);
    expect((await entries())[2]?.reason).not.toMatchObject({ subject: pseudonym });
  });

  test('that were marked and not written yet when there was nothing to erase are unreadable all the same', async () => {
    const { audit, entries } = audits.open();
    const ada = personal('u1', 'Ada');
    expect(await audit.erase('u1')).toBe(false);
    audit.record({ action: 'users.change', actor: ada });
    audit.record({ action: 'users.change', actor: personal('u1', 'Ada again') });
    const [before, after] = await entries();
    expect(before?.actor?.id).toMatchObject({ subject: expect.any(String) });
    expect(after?.actor?.id).toBe('Ada again');
  });
});
