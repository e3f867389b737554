import { type Debugger, type InspectorNotification, Session } from 'node:inspector';

/** Milliseconds, or bytes of code. */
export interface Imported {
  /** What `@org/instrument-audit` adds, after what all packages share. */
  readonly audit: number;
  /** All of `@org/instrument`. */
  readonly all: number;
}

const imported = process.argv[2] === 'bytes' ? await bytes() : await times();
process.on('disconnect', () => process.exit());
process.send?.(imported);

async function times(): Promise<Imported> {
  const begun = performance.now();
  await import('@opentelemetry/api');
  await import('@org/instrument-core');
  const shared = performance.now();
  await import('@org/instrument-audit');
  const audit = performance.now() - shared;
  await import('@org/instrument');
  return { audit, all: performance.now() - begun };
}

/** Asks the debugger for every script that is loaded. */
async function bytes(): Promise<Imported> {
  const session = new Session();
  let audit = 0;
  let all = 0;
  session.connect();
  session.on(
    'Debugger.scriptParsed',
    ({ params: { url, length = 0 } }: InspectorNotification<Debugger.ScriptParsedEventDataType>) => {
      if (!url.startsWith('file:')) return;
      all += length;
      if (url.includes('/audit/dist/')) audit += length;
    },
  );
  session.post('Debugger.enable');
  // What this program itself consists of is told first.
  audit = 0;
  all = 0;
  await import('@org/instrument');
  session.disconnect();
  return { audit, all };
}
