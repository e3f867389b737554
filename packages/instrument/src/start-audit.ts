import { diag, type Tracer } from '@opentelemetry/api';
import { type Audit, announceAudit, disableAudit, installAudit } from '@org/instrument-audit';
import { InstrumentError, reasonOf, reportFault } from '@org/instrument-core';
import { health } from '@org/instrument-health';
import type { AuditInitOptions } from './options.ts';

const FIRST_RETRY_MILLIS = 1_000;
const LONGEST_RETRY_MILLIS = 30_000;

/** Audit as it runs. */
export interface RunningAudit {
  /** Resolves, and never rejects, when the journal is open, or could not be opened at the first attempt. */
  readonly ready: Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Says that no journal is wanted: what is recorded is not kept. */
export function startWithoutAudit(): RunningAudit {
  const withdraw = disableAudit();
  return { ready: Promise.resolve(), flush: async () => {}, close: async () => withdraw() };
}

/**
 * Opens the journal of the process as soon as its package is loaded; what is recorded until then waits for it. One that
 * cannot be opened, since the process before still has it or the disk is away, is tried again and again.
 */
export function startAudit(
  { spans = true, ...options }: AuditInitOptions,
  openTracer: () => Tracer | undefined,
): RunningAudit {
  const withdraw = announceAudit();
  let audit: Audit | undefined;
  let uninstall: (() => void) | undefined;
  let reason: string | undefined = 'the journal is being opened';
  let retryMillis = FIRST_RETRY_MILLIS;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const open = async (): Promise<void> => {
    try {
      const { createAudit } = await import('@org/instrument-audit/journal');
      if (isStopped) return;
      const tracer = spans ? openTracer() : undefined;
      audit = createAudit({ ...options, tracer });
      uninstall = installAudit(audit);
      reason = undefined;
    } catch (error) {
      reason = reasonOf(error);
      reportFault('audit', 'opening the journal', error);
      // What is wrong with the options will not get better by itself.
      if (error instanceof InstrumentError && error.code === 'INSTRUMENT_INVALID_ARGUMENT') return;
      timer = setTimeout(() => void open(), retryMillis).unref();
      retryMillis = Math.min(LONGEST_RETRY_MILLIS, retryMillis * 2);
    }
  };
  const unregister = registerCheck(
    options,
    () => audit,
    () => reason,
  );
  return {
    ready: open(),
    flush: async () => {
      await audit?.flush().catch((error: unknown) => diag.error(`audit: ${reasonOf(error)}`));
    },
    close: async () => {
      isStopped = true;
      clearTimeout(timer);
      await audit?.close();
      uninstall?.();
      withdraw();
      unregister();
    },
  };
}

/** The state of the journal, as a check: where operations fail without it, the instance is not ready. */
function registerCheck(
  { whenFull = 'shed' }: AuditInitOptions,
  opened: () => Audit | undefined,
  reason: () => string | undefined,
): () => void {
  const check = () => {
    const status = opened()?.status();
    if (status === undefined) return { status: 'degraded' as const, reason: reason() };
    const { state, shed, waitingBytes, size, durable, checkpointed } = status;
    const details = { state, size, durable, checkpointed, waitingBytes, shed };
    if (state === 'open') return { status: 'healthy' as const, details };
    const isFailing = state === 'full' && whenFull !== 'shed';
    return {
      status: isFailing ? ('unhealthy' as const) : ('degraded' as const),
      reason: status.reason,
      details,
    };
  };
  try {
    return health.register('audit', check, {
      kind: 'component',
      interval: '1s',
      // The state is exact: there is nothing to smooth.
      failureThreshold: 1,
      successThreshold: 1,
    });
  } catch (error) {
    // The application has a check of that name.
    diag.warn(`audit: the check of the journal is not registered: ${reasonOf(error)}`);
    return () => {};
  }
}
