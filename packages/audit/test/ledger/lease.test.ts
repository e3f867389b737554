import { monotonicMillis } from '@org/instrument-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Lease, type LeaseOptions } from '../../src/ledger/lease.ts';

const WAIT = { timeout: 20_000, interval: 5 };
const leases: Lease[] = [];

afterEach(() => {
  for (const lease of leases.splice(0)) lease.end();
});

function createLease(options: Partial<LeaseOptions> & Pick<LeaseOptions, 'renew'>): Lease {
  const defaults = { key: 'a', durationMillis: 90, askedMillis: monotonicMillis(), heartbeat: true };
  const lease = new Lease({ ...defaults, ...options });
  leases.push(lease);
  return lease;
}

function block(millis: number): void {
  const end = monotonicMillis() + millis;
  while (monotonicMillis() < end);
}

describe('a lease of this process', () => {
  it('is renewed late, rather than given up, by a process that was busy past its end', async () => {
    let renewals = 0;
    const lease = createLease({
      renew: async () => {
        renewals++;
      },
    });
    block(200);
    await vi.waitFor(() => expect(renewals).toBeGreaterThan(0), WAIT);
    await vi.waitFor(() => expect(renewals).toBeGreaterThan(3), WAIT);
    expect(lease.signal.aborted).toBe(false);
  });

  it('survives renewals that fail, as long as one succeeds in time', async () => {
    let tries = 0;
    const lease = createLease({
      durationMillis: 3_000,
      renew: async () => {
        tries++;
        if (tries % 2 === 1) throw new Error('the database is away');
      },
    });
    await vi.waitFor(() => expect(tries).toBeGreaterThan(3), WAIT);
    expect(lease.signal.aborted).toBe(false);
  });

  it('has run out when nobody answers in time, or all that is said is no', async () => {
    const hanging = createLease({ renew: () => new Promise(() => {}) });
    let tries = 0;
    const failing = createLease({
      durationMillis: 300,
      renew: async () => {
        tries++;
        throw new Error('the database is away');
      },
    });
    await vi.waitFor(() => expect(hanging.signal.aborted && failing.signal.aborted).toBe(true), WAIT);
    expect(tries).toBeGreaterThan(1);
    expect(failing.signal.reason).toMatchObject({
      code: 'INSTRUMENT_AUDIT_REFUSED',
      message: expect.stringContaining('could not be renewed in time'),
    });
  });

  it('that has ended does nothing any more', async () => {
    let renewals = 0;
    const renew = async (): Promise<void> => {
      renewals++;
    };
    const ended = createLease({ durationMillis: 30, renew });
    ended.end();
    ended.lose(new Error('late'));
    const other = createLease({ durationMillis: 60, heartbeat: false, renew });
    await vi.waitFor(() => expect(other.signal.aborted).toBe(true), WAIT);
    expect(renewals).toBe(0);
    expect(ended.signal.aborted).toBe(false);
  });

  it('may be longer than the longest timer', () => {
    const warned = vi.spyOn(process, 'emitWarning');
    try {
      const lease = createLease({ durationMillis: 400 * 86_400_000, renew: async () => {} });
      expect(lease.signal.aborted).toBe(false);
      expect(warned).not.toHaveBeenCalled();
    } finally {
      warned.mockRestore();
    }
  });
});
