import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, it, onTestFinished } from 'vitest';
import { exportCommand } from '../../src/cli/commands/export.ts';
import { lineageCommand } from '../../src/cli/commands/lineage.ts';
import { proveCommand } from '../../src/cli/commands/prove.ts';
import { queryCommand } from '../../src/cli/commands/query.ts';
import { openSubjectKeys } from '../../src/subjects/open-subject-keys.ts';
import { type BuiltJournal, buildJournal, content, contents } from '../journal-builder.ts';
import { set } from '../lineage/entries.ts';
import { temporaryDirectory } from '../subjects/directory.ts';
import { run } from './run.ts';

function journal(): BuiltJournal {
  const directory = temporaryDirectory();
  const keys = openSubjectKeys(directory);
  onTestFinished(() => keys.close());
  return buildJournal(directory, {
    segments: [
      [
        content(0),
        content(1, {
          action: 'orders.refund',
          outcome: 'failure',
          error: { type: 'TypeError', message: 'no' },
        }),
      ],
      [
        content(2, { actor: { id: keys.seal('ada', '"user:ada"') }, target: { id: 'order:7' } }),
        content(3, { action: 'etl.run', inputs: [set('raw')], outputs: [set('clean@2')] }),
        content(4, { action: 'etl.run', inputs: [set('clean')], outputs: [set('report')] }),
      ],
    ],
  });
}

describe('query', () => {
  it('prints a line for each entry that matches', async () => {
    const { directory } = journal();
    const args = [directory, '--action', 'orders.*', '--order', 'descending'];
    const { code, out, err } = await run(queryCommand, ...args);
    expect([code, err]).toEqual([0, '']);
    const [two, one, zero] = out.split('\n');
    expect(two).toMatch(
      /^ +2 {2}2026-11-25T12:00:00.002Z {2}success {4}orders\.place {2}sealed:\S+ → order:7$/,
    );
    expect(one).toBe('       1  2026-11-25T12:00:00.001Z  failure    orders.refund  user:1  (TypeError: no)');
    expect(zero).toBe('       0  2026-11-25T12:00:00.000Z  success    orders.place  user:0');
  });

  it('finds persons by the plain value, and shows it when asked to', async () => {
    const { directory } = journal();
    const sealed = await run(queryCommand, directory, '--actor', 'user:ada');
    expect(sealed).toMatchObject({ code: 0, err: '' });
    expect(sealed.out).toMatch(/^ +2 .* sealed:\S+ → order:7\n$/);
    expect((await run(queryCommand, directory, '--actor', 'user:ada', '--reveal')).out).toContain(
      'user:ada → order:7',
    );
    expect((await run(queryCommand, directory, '--target', 'user:ada')).out).toBe('');
  });

  it('needs the keys of persons for nothing else, and says where it cannot read them', async () => {
    const { directory } = journal();
    rmSync(join(directory, 'subjects'));
    mkdirSync(join(directory, 'subjects'));
    expect(await run(queryCommand, directory, '--action', 'orders.*')).toMatchObject({ code: 0, err: '' });
    const { code, err, out } = await run(queryCommand, directory, '--actor', 'user:ada', '--actor', 'user:3');
    expect([code, err]).toEqual([
      0,
      expect.stringMatching(
        /^query: no person is found by the plain value: .*subjects is no regular file\n$/,
      ),
    ]);
    expect(out).toMatch(/^ +3 .* user:3\n$/);
  });

  it('prints JSON, filtered by time, outcome and limit', async () => {
    const { directory } = journal();
    const indexes = async (...args: string[]) => {
      const { out } = await run(queryCommand, directory, '--json', ...args);
      return out
        .split('\n')
        .slice(0, -1)
        .map((line) => (JSON.parse(line) as { index: number }).index);
    };
    expect(await indexes()).toEqual([0, 1, 2, 3, 4]);
    expect(await indexes('--from', '2026-11-25T12:00:00.003Z')).toEqual([3, 4]);
    expect(await indexes('--to', '2026-11-25T12:00:00.001Z')).toEqual([0]);
    expect(await indexes('--outcome', 'failure', '--outcome', 'denied')).toEqual([1]);
    expect(await indexes('--actor', 'user:0', '--actor', 'user:3', '--limit', '1')).toEqual([0]);
    expect(await indexes('--to', '36500d')).toEqual([]);
    expect(await indexes('--to', '2026-11-25 12:00:00.001')).toEqual([0]);
    expect(await indexes('--from', String(Date.UTC(2026, 10, 25, 12, 0, 0, 4)))).toEqual([4]);
  });

  it('prints what has started, and finds it by what it prints', async () => {
    const { outcome: _outcome, ...started } = content(1, { phase: 'started' });
    const { directory } = buildJournal(temporaryDirectory(), {
      segments: [[content(0), started, content(2, { phase: 'ended', started: 1, outcome: 'failure' })]],
    });
    const indexes = async (...outcomes: string[]) => {
      const args = outcomes.flatMap((outcome) => ['--outcome', outcome]);
      const { out } = await run(queryCommand, directory, ...args);
      return out.match(/^ +\d+/gm)?.map(Number);
    };
    expect((await run(queryCommand, directory)).out).toContain('  started  ');
    expect(await indexes('started')).toEqual([1]);
    expect(await indexes('failure', 'started')).toEqual([1, 2]);
    expect(await indexes('success')).toEqual([0]);
  });

  it('lets no entry give orders to the terminal', async () => {
    const { directory } = buildJournal(temporaryDirectory(), {
      segments: [[content(0, { actor: { id: '\u001b[2Jx\n\u202Ey' } })]],
    });
    const { out } = await run(queryCommand, directory);
    expect(out).toContain('\\u{1b}[2Jx\\u{a}\\u{202e}y\n');
  });

  it('says what is wrong with its use, and exits with 2', async () => {
    const { directory } = journal();
    for (const [args, message] of [
      [[], 'the directory of a journal is missing'],
      [[directory, 'more'], '"more" was not expected'],
      [[directory, '--colour', 'red'], "Unknown option '--colour'"],
      [[directory, '--limit', 'x'], '--limit: found "x", expected a whole number of at least 1'],
      [[directory, '--outcome', 'sucess'], 'one of success, failure'],
      [[directory, '--from', 'yesterday', '--order', 'up'], '--order: found "up"'],
      [[directory, '--from', 'yesterday', '--order', 'up'], '--from: found "yesterday"'],
      [[directory, '--from', '90min'], 'a duration ago such as 10m, 2h or 7d'],
      [
        [directory, '--to', '2026-02-30'],
        '--to: found "2026-02-30", expected an existing date or time in ISO 8601',
      ],
      [[directory, '--from', '1700000000'], 'Unix time in milliseconds'],
      [[directory, '--trace', 'zz'], '--trace: found "zz", expected 32 hexadecimal digits'],
      [[directory, '--request', ''], '--request: found ""'],
      [[directory, '--action', 'a', '--action', 'orders.a,orders.b'], 'Give --action once for each.'],
      [[directory, '--outcome', 'denied,failure'], 'Give --outcome once for each.'],
      [[temporaryDirectory()], 'There is no journal to read'],
    ] as const) {
      const { code, err, out } = await run(queryCommand, ...args);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain(message);
    }
  });

  it('exits with 1 at a line that cannot be read, after what can', async () => {
    const { directory, files } = journal();
    const file = join(directory, 'segments', files[1] ?? '');
    writeFileSync(file, readFileSync(file, 'utf8').replace('{"entry"', '{"entri"'));
    const { code, err, out } = await run(queryCommand, directory);
    expect([code, out.split('\n').length - 1]).toEqual([1, 2]);
    expect(err).toContain('instrument-audit verify');
  });
});

describe('a reader that goes away', () => {
  it('ends the command without a fault', async () => {
    const { directory } = buildJournal(temporaryDirectory(), { segments: [contents(20_000)] });
    const head = spawn('head', ['-n', '1'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const closed = once(head, 'close');
    let out = '';
    head.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    const stderr = new Writable({ write: (chunk) => expect.unreachable(String(chunk)) });
    expect(await exportCommand.run([directory, '--format', 'ndjson'], { stdout: head.stdin, stderr })).toBe(
      0,
    );
    await closed;
    expect(JSON.parse(out)).toMatchObject({ index: 0 });
  });

  it('is told apart from a disk that is full', async () => {
    const { directory } = journal();
    const full = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('ENOSPC: full'), { code: 'ENOSPC' })),
    });
    let err = '';
    const stderr = new Writable({
      write: (chunk, _encoding, done) => {
        err += String(chunk);
        done();
      },
    });
    expect(await queryCommand.run([directory], { stdout: full, stderr })).toBe(1);
    expect(err).toContain('ENOSPC');
  });
});

describe('export', () => {
  it('writes each format', async () => {
    const { directory } = journal();
    const lines = async (format: string, ...args: string[]) =>
      (await run(exportCommand, directory, '--format', format, ...args)).out.trimEnd().split('\n');
    expect(await lines('csv')).toHaveLength(6);
    expect(await lines('ndjson', '--action', 'etl.run')).toHaveLength(2);
    const [ada, ...others] = await lines('ndjson', '--actor', 'user:ada');
    expect([JSON.parse(ada as string), others]).toMatchObject([
      { index: 2, actor: { id: { $sealed: expect.any(String) } } },
      [],
    ]);
    expect((await lines('ocsf')).map((line) => JSON.parse(line).class_uid)).toEqual(Array(5).fill(6003));
    const events = (await lines('openlineage')).map((line) => JSON.parse(line));
    expect(events).toHaveLength(10);
    expect(events[0].job).toEqual({ namespace: 'example.org/journal', name: 'orders.place' });
  });

  it('lets no entry give orders to a terminal, and is the same JSON for a program', async () => {
    const words = 'a\u001b[2J\u007f\u009b31mX\u202eY\u2028Z\u0085\u{e0041}\nW;=1';
    const entry = content(0, {
      reason: words,
      inputs: [{ namespace: words, name: 'in' }],
      outputs: [{ namespace: words, name: 'out' }],
      attributes: { [words]: words },
    });
    const { directory } = buildJournal(temporaryDirectory(), { segments: [[entry]] });
    const raw = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
    for (const command of [
      run(exportCommand, directory, '--format', 'ndjson'),
      run(exportCommand, directory, '--format', 'ocsf'),
      run(exportCommand, directory, '--format', 'openlineage'),
      run(queryCommand, directory, '--json'),
      run(lineageCommand, directory, '--entry', '0', '--format', 'json'),
      run(proveCommand, 'inclusion', directory, '0'),
    ]) {
      const { out } = await command;
      expect(out).not.toMatch(raw);
      expect(out).toContain('\\u009b');
    }
    const [line = ''] = (await run(queryCommand, directory, '--json')).out.split('\n');
    expect(JSON.parse(line)).toMatchObject(entry);
  });

  it('shows in a CSV what a terminal would obey, where it is written to one', async () => {
    const reason = 'a\u001b[2J\u009bX\rY\tZ\n;W';
    const { directory } = buildJournal(temporaryDirectory(), { segments: [[content(0, { reason })]] });
    const args = [directory, '--format', 'csv'];
    expect((await run(exportCommand, ...args)).out).toContain(`"${reason}"`);
    let shown = '';
    const stdout = new Writable({
      write: (chunk, _encoding, done) => {
        shown += String(chunk);
        done();
      },
    });
    await exportCommand.run(args, { stdout: Object.assign(stdout, { isTTY: true }), stderr: stdout });
    expect(shown).toContain('"a\\u{1b}[2J\\u{9b}X\\u{d}Y\tZ\n;W"');
    expect(shown).toMatch(/^index,[^\r]*\r\n0,/);
  });

  it('refuses a format that it does not know', async () => {
    for (const args of [[], ['--format', 'xml'], ['--format', 'toString']]) {
      const { code, err } = await run(exportCommand, 'nowhere', ...args);
      expect([code, err]).toEqual([
        2,
        expect.stringContaining('--format must be one of openlineage, ocsf, csv, ndjson'),
      ]);
    }
  });
});

describe('lineage', () => {
  it('draws a dataset and an entry', async () => {
    const { directory } = journal();
    const { out } = await run(
      lineageCommand,
      directory,
      '--dataset',
      'ns',
      'report',
      '--direction',
      'ancestors',
    );
    expect(out).toContain('n0[("raw<br/>ns")]');
    expect(out.match(/-->/g)).toHaveLength(4);
    const svg = await run(
      lineageCommand,
      '--dataset',
      'ns',
      'clean',
      '--version',
      '2',
      directory,
      '--format',
      'svg',
    );
    expect([svg.code, XMLValidator.validate(svg.out)]).toEqual([0, true]);
    const json = JSON.parse((await run(lineageCommand, directory, '--entry', '3', '--format', 'json')).out);
    expect(json.nodes).toHaveLength(5);
    const near = await run(lineageCommand, directory, '--dataset=ns', 'report', '--depth', '1');
    expect([near.out.match(/-->/g)?.length, near.err]).toEqual([2, 'lineage: there is more than is shown\n']);
  });

  it('draws the newest part of a table that was written too often for a picture, and says how to ask for it', async () => {
    const { directory } = buildJournal(temporaryDirectory(), {
      segments: [
        Array.from({ length: 1_100 }, (_, i) =>
          content(i, { action: 'etl.append', inputs: [set(`in${i}`)], outputs: [set('table')] }),
        ),
      ],
    });
    const table = [directory, '--dataset', 'ns', 'table'];
    const refused = await run(lineageCommand, ...table, '--depth', '0');
    expect([refused.code, refused.out]).toEqual([2, '']);
    expect(refused.err).toContain('found 1100 nodes, expected at most 1000');
    expect(refused.err).toContain('--max-nodes');
    const { code, out, err } = await run(lineageCommand, ...table, '--max-nodes', '6');
    expect([code, err]).toEqual([0, 'lineage: there is more than is shown\n']);
    expect(out.match(/etl\.append<br\/>#35;\d+/g)).toEqual([
      'etl.append<br/>#35;1098',
      'etl.append<br/>#35;1099',
    ]);
    expect(out.match(/-->/g)).toHaveLength(4);
  });

  it('reads a part of the journal', async () => {
    const { directory } = journal();
    const { out } = await run(
      lineageCommand,
      directory,
      '--entry',
      '4',
      '--from',
      '2026-11-25T12:00:00.004Z',
    );
    expect(out.match(/-->/g)).toHaveLength(2);
  });

  it('exits with 1 for what is not there, and with 2 for wrong use', async () => {
    const { directory } = journal();
    expect((await run(lineageCommand, directory, '--dataset', 'ns', 'none')).code).toBe(1);
    expect((await run(lineageCommand, directory, '--entry', '0')).code).toBe(1);
    for (const [args, message] of [
      [[directory], 'either --dataset NAMESPACE NAME or --entry N is needed'],
      [[directory, '--dataset', 'ns', 'a', '--entry', '1'], 'either --dataset NAMESPACE NAME or --entry N'],
      [[directory, '--dataset', 'ns'], '--dataset takes two values'],
      [[directory, '--entry', 'x'], '--entry must be a whole number of at least 0, not "x"'],
      [[directory, '--entry', '9'.repeat(20)], '--entry must be a whole number of at least 0'],
      [[directory, '--entry', '3', '--depth', 'x'], '--depth must be a whole number of at least 0, not "x"'],
      [[directory, '--entry', '3', '--depth', '-1'], '--depth'],
      [[directory, '--entry', '3', '--max-nodes', '0'], '--max-nodes must be a whole number of at least 1'],
      [[directory, '--entry', '3', '--direction', 'up'], '--direction must be one of'],
      [[directory, '--entry', '3', '--format', 'png'], '--format must be one of'],
      [['--dataset', 'ns', 'a'], 'the directory of a journal is missing'],
    ] as const) {
      const { code, err, out } = await run(lineageCommand, ...args);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain(message);
    }
  });
});
