import type { AuditOperation, RedactionOptions } from '@org/instrument-audit';

/** Operation number `i`, as a caller writes it: some 450 bytes as a line of the journal. */
export function operation(i: number): AuditOperation {
  return {
    action: 'orders.refund',
    actor: { id: `user:${i % 1_000}`, type: 'user' },
    target: { id: `order:${i}`, type: 'order' },
    inputs: [{ namespace: 'postgres://db:5432', name: 'public.orders' }],
    outputs: [{ namespace: 'postgres://db:5432', name: 'public.refunds', rows: 1 }],
    attributes: { amount: 12.5, currency: 'EUR', token: `t-${i}`, note: 'asked for by ada@example.org' },
  };
}

/** Three paths and two patterns; a path and a pattern have something to take out. */
export const REDACTION: RedactionOptions = {
  paths: ['attributes.token', 'attributes.headers.*', '**.password'],
  patterns: ['email', 'card'],
};

/** The paths as near as pino can say them: a star is one level, and it has no patterns. */
export const PINO_REDACTION: { readonly paths: string[]; readonly censor: string } = {
  paths: ['attributes.token', 'attributes.headers.*', '*.password'],
  censor: '[redacted]',
};
