import type { Tracer } from '@opentelemetry/api';
import {
  type Audit,
  announceAudit,
  disableAudit,
  installAudit,
  waitingOperations,
} from '@org/instrument-audit';
import { counted, DoublingWait, InstrumentError, reasonOf, reportFault, tell } from '@org/instrument-core';
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
  let audit: Audit | undefined;
  /** One for all attempts: each that is opened has a queue of its own. */
  let tracer: Tracer | undefined;
  let uninstall: (() => void) | undefined;
  /** Why the last attempt failed. */
  let failure: string | undefined;
  const wait = new DoublingWait(FIRST_RETRY_MILLIS, LONGEST_RETRY_MILLIS);
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  // With a policy to do nothing that cannot be put on record, nothing is done while there is no journal either.
  const refuses = options.whenFull !== undefined && options.whenFull !== 'shed';
  const withdraw = announceAudit({ failure: () => failure, refuses });
  const atExit = (): void => {
    const lost = waitingOperations();
    if (audit !== undefined || lost === 0) return;
    const why = failure ?? 'the process ended before it was opened; await telemetry.ready first';
    tell(
      'error',
      `audit: ${counted(lost, 'operation is', 'operations are')} lost, for the journal is not open: ${why}`,
    );
  };
  process.on('exit', atExit);

  const open = async (): Promise<void> => {
    try {
      const { createAudit } = await import('@org/instrument-audit/journal');
      if (isStopped) return;
      if (spans) tracer ??= openTracer();
      audit = createAudit({ ...options, tracer });
      uninstall = installAudit(audit);
      failure = undefined;
    } catch (error) {
      failure = reasonOf(error);
      reportFault('audit', 'opening the journal', error);
      // What is wrong with the options will not get better by itself.
      if (error instanceof InstrumentError && error.code === 'INSTRUMENT_INVALID_ARGUMENT') return;
      timer = setTimeout(() => void open(), wait.next()).unref();
    }
  };
  const ready = open();
  const unregister = registerCheck(options, async () => {
    // While it is being opened for the first time there is nothing to say yet.
    await ready;
    return audit ?? failure ?? 'it was stopped before it was opened';
  });
  return {
    ready,
    flush: async () => {
      await audit?.flush().catch((error: unknown) => tell('error', `audit: ${reasonOf(error)}`));
    },
    close: async () => {
      isStopped = true;
      process.off('exit', atExit);
      clearTimeout(timer);
      await audit?.close();
      uninstall?.();
      withdraw();
      unregister();
    },
  };
}

/**
 * The state of the journal, as a check: where operations fail without it, the instance is not ready.
 *
 * @param opened the journal, or why there is none
 */
function registerCheck(
  { whenFull = 'shed' }: AuditInitOptions,
  opened: () => Promise<Audit | string>,
): () => void {
  const check = async () => {
    const audit = await opened();
    if (typeof audit === 'string') return { status: 'degraded' as const, reason: audit };
    const status = audit.status();
    const { state, shed, waitingBytes, size, durable, checkpointed, missing } = status;
    const details = { state, size, durable, checkpointed, waitingBytes, shed, missing };
    if (missing > 0) {
      const cut = `${counted(missing, 'entry that was signed is', 'entries that were signed are')} not there: somebody has cut the journal`;
      return { status: 'degraded' as const, reason: cut, details };
    }
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
    tell('warn', `audit: the check of the journal is not registered: ${reasonOf(error)}`);
    return () => {};
  }
}
