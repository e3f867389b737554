import { EventBus } from '@org/instrument-core';
import { describe, expect, test } from 'vitest';
import type { AuditStateEvent } from '../../src/events.ts';
import { JournalState } from '../../src/journal/state.ts';

function newState(): { state: JournalState; told: string[] } {
  const events = new EventBus();
  const told: string[] = [];
  events.on('audit.state', ({ from, to, reason, directory, shed }: AuditStateEvent) => {
    told.push(`${from} ${to} ${reason} ${directory} ${shed}`);
  });
  const state = new JournalState('/x', events, () => ({ waitingEntries: 1, waitingBytes: 2, shed: 3 }));
  return { state, told };
}

describe('the state of a journal', () => {
  test('is told when it changes, and only then', () => {
    const { state, told } = newState();
    state.open();
    state.wait(new Error('no space'));
    state.wait(new Error('no disk'));
    expect([state.state, state.reason]).toEqual(['waiting', 'no disk']);
    state.full();
    state.full();
    state.wait(new Error('no space'));
    expect([state.state, state.reason]).toEqual(['full', 'no space']);
    state.open();
    state.open();
    expect([state.state, state.reason]).toEqual(['open', undefined]);
    expect(told).toEqual([
      'open waiting no space /x 3',
      'waiting full no disk /x 3',
      'full open undefined /x 3',
    ]);
  });

  test('has a reason when more came than the disk could take', () => {
    const { state } = newState();
    state.full();
    expect(state.reason).toBe('more entries came than the disk could take');
  });

  test('is final once it is closed, with the reason where it was not asked for', () => {
    const { state, told } = newState();
    state.close('somebody else has it');
    state.close();
    state.wait(new Error('no disk'));
    state.full();
    state.open();
    expect([state.state, state.reason]).toEqual(['closed', 'somebody else has it']);
    expect(told).toEqual(['open closed somebody else has it /x 3']);
  });
});
