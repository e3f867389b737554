// A process of the tests: `node child.mjs <task> <options of openLedger as JSON>`.
import { once } from 'node:events';
import { type LedgerOptions, openLedger } from '../../src/ledger/index.ts';

const [, , task, text = '{}'] = process.argv;
const options = JSON.parse(text) as LedgerOptions;
/** Inputs that every process of a race tries to get. */
const RACE = 40;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (task === 'open') {
  await openLedger(options).then(
    () => say('opened'),
    (error: { code?: string; message: string }) =>
      say(`${error.code} ${error.message.replaceAll('\n', ' ')}`),
  );
  process.exit();
}

const ledger = await openLedger(options);
say('ready');

if (task === 'race') {
  await once(process.stdin, 'data');
  for (let i = 0; i < RACE; i++) {
    const { claim } = await ledger.begin(`race-${i}`);
    if (claim !== undefined) say(`claimed ${claim.key} ${claim.token}`);
  }
  say('done');
  process.exit();
}

if (task === 'work') {
  for (let i = 0; ; i++) {
    const { claim } = await ledger.begin(`work-${i}`);
    if (claim === undefined) continue;
    say(`claimed ${claim.key}`);
    await ledger.complete(claim, { rows: i });
    say(`completed ${claim.key}`);
  }
}

if (task === 'hold' || task === 'leave') {
  const { status } = await ledger.begin('held');
  say(status);
  // With a claim, a connection and nothing to do, a process ends by itself.
  if (task === 'hold') setInterval(() => {}, 1_000);
  else process.stdin.destroy();
}
