import { createPublicKey } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { splitNotes } from '../../src/checkpoint/split-notes.ts';
import type { CommandStreams } from '../../src/cli/command.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import { checkProof } from '../../src/verify/check-proof.ts';
import { proveGrowth } from '../../src/verify/make-proof.ts';
import { verifyJournal } from '../../src/verify/verify-journal.ts';
import { content } from '../journal-builder.ts';
import { copyOf, edit, editLines, journals, temporaryDirectory, threeSegments } from '../verify/bed.ts';
import { removeNext, restless } from '../verify/restless.ts';
import { run } from './run.ts';

const build = journals();
const parent = temporaryDirectory();

/** Runs the whole program. */
function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const program = {
    name: '',
    usage: '',
    summary: '',
    run: (rest: readonly string[], streams: CommandStreams) => runCli(rest, streams),
  };
  return run(program, ...args);
}

function file(name: string, text: string): string {
  const path = join(parent, name);
  writeFileSync(path, text);
  return path;
}

describe('instrument-audit verify', () => {
  it('says that all is well, with what that rests on', async () => {
    const removal = content(4, {
      action: 'audit.journal.pruned',
      attributes: { earlier: [], first: 0, last: 1 },
    });
    const [first = [], second = [], third = []] = threeSegments();
    const segments = [first, [...second, removal], third];
    const journal = build({ segments, checkpoints: [2, 6], pruned: 1, recordPruning: false });
    const { code, err, out } = await cli('verify', journal.directory);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`OK: ${journal.directory}`);
    expect(out).toContain('8 (6 checked, of 2 only the hashes are left)');
    expect(out).toContain('2, the last covers 6 entries');
    expect(out).toContain('Note: The key is that of the journal itself');
    expect(out).toContain('the last 2 entries');
    const keyed = await cli('verify', journal.directory, '--key', journal.verifierKey);
    expect(keyed.out).not.toContain('of the journal itself');
  });

  it('says of one entry that it is one', async () => {
    const journal = build({ segments: [[content(0)]] });
    const { out } = await cli('verify', journal.directory);
    expect(out).toContain('1, the last covers 1 entry\n');
    const proof = JSON.stringify(await proveGrowth(journal.directory, 1));
    expect(checkProof(proof, [journal.verifierKey]).statement).toMatch(
      /^The first entry, as it was signed, is the beginning/,
    );
  });

  it('names the first bad entry, the file, the line and the byte', async () => {
    const journal = build({ segments: threeSegments() });
    const directory = copyOf(journal, join(parent, 'it’s changed'));
    edit(directory, 'segments/0000000000000002.jsonl', (text) => text.replace('user:3', 'user:9'));
    const { code, out } = await cli('verify', directory);
    expect(code).toBe(1);
    expect(out).toContain('Entry 3 was changed');
    expect(out).toMatch(/first entry affected {2}3\n/);
    expect(out).toMatch(/segments\/0000000000000002\.jsonl, line 3, byte \d+\n/);
    expect(out).toContain(`sed -n 3p '${directory}/segments`);
    expect(out).toContain('keep a copy');
  });

  it('shows all failures when it is asked to, and JSON', async () => {
    const journal = build({ segments: threeSegments() });
    const directory = copyOf(journal, join(parent, 'all'));
    for (const name of ['0000000000000000', '0000000000000005'])
      editLines(directory, `segments/${name}.jsonl`, (lines) => lines.toSpliced(2, 0, 'x'));
    const found = JSON.parse((await cli('verify', directory, '--all', '--json')).out);
    expect(found).toMatchObject({ ok: false, directory });
    expect(found.failures.map(({ index }: { index: number }) => index)).toEqual([1, 6]);
    expect(JSON.parse((await cli('verify', directory, '--json')).out).failures).toHaveLength(1);
  });

  it('takes keys and checkpoints from files', async () => {
    const journal = build({ segments: threeSegments(), checkpoints: [3] });
    const pem = createPublicKey(journal.privateKey).export({ type: 'spki', format: 'pem' }) as string;
    const checkpoints = file('anchored', `${journal.note(4)}\n${journal.note(7)}`);
    for (const key of [join(journal.directory, 'key.pub'), file('key.pem', pem)]) {
      const { code, out } = await cli('verify', journal.directory, '--key', key, '--checkpoint', checkpoints);
      expect([code, out]).toEqual([0, expect.stringContaining('3, the last covers 7 entries')]);
    }
    const directory = copyOf(journal, join(parent, 'cut'));
    rmSync(join(directory, 'segments', journal.files[2] as string));
    expect((await cli('verify', directory)).code).toBe(0);
    const { code, out } = await cli('verify', directory, '--checkpoint', checkpoints);
    expect([code, out]).toEqual([1, expect.stringContaining('ends with 5 entries')]);
  });

  it('refuses wrong use with the usage', async () => {
    const { directory } = build({ segments: threeSegments() });
    const empty = file('empty', '');
    const cases: readonly (readonly [string[], RegExp])[] = [
      [[], /directory of a journal is missing/],
      [[directory, 'more'], /"more" was not expected/],
      [[directory, '--what'], /--what/],
      [[directory, '--key', 'nothing'], /neither a verifier key/],
      [[directory, '--key', empty], /no key can be read/],
      [[directory, '--checkpoint', empty], /no checkpoint in/],
      [[directory, '--checkpoint', join(parent, 'missing')], /ENOENT/],
      [[directory, '--checkpoint', file('odd', 'x\n')], /checkpoints\[0\]/],
      [[join(parent, 'missing')], /no journal that can be read/],
    ];
    for (const [args, expected] of cases) {
      const { code, err, out } = await cli('verify', ...args);
      expect([code, out]).toEqual([2, '']);
      expect(err).toMatch(expected);
    }
  });

  it('shows nothing that a terminal would obey', async () => {
    const journal = build({ segments: [[content(0), content(1, { time: '\u001b[2J\u202e' })]] });
    const { out } = await cli('verify', journal.directory);
    expect(out).toContain('FAILED');
    for (const character of ['\u001b', '\u202e']) expect(out).not.toContain(character);
  });

  it.skipIf(process.platform === 'win32')(
    'has no line of its report written by the name of a file',
    async () => {
      const journal = build({ segments: threeSegments() });
      const directory = copyOf(journal, join(parent, 'names'));
      edit(directory, 'segments/0000000000000002.jsonl', (text) => text.replace('user:3', 'user:9'));
      const forged = `OK: ${directory.slice(1)} is as it was recorded.`.replaceAll('/', '_');
      for (const at of ['', 'segments']) writeFileSync(join(directory, at, `x is fine\n\n${forged}`), '');
      const { code, out } = await cli('verify', directory);
      expect(code).toBe(1);
      expect(out).toContain(`Note: x is fine\\u{a}\\u{a}${forged} is no file of the journal.\n`);
      expect(out).toContain(`Note: segments/x is fine\\u{a}\\u{a}${forged}`);
      expect(out.split('\n').filter((line) => line.startsWith('OK'))).toEqual([]);
      // Nor has whoever prints what is in the result.
      const { notices } = await verifyJournal(directory);
      expect(notices.filter((notice) => notice.includes('\n'))).toEqual([]);
      const moved = copyOf(journal, join(parent, 'of a name\n\nOK: all'));
      expect(
        (await cli('verify', moved)).out.split('\n').filter((line) => line.startsWith('OK')),
      ).toHaveLength(1);
    },
  );

  it('says that it is undecided where more is removed each time that it reads', async () => {
    const { directory } = build({ segments: restless() });
    let seen = '';
    const stdout = new Writable({
      write: (chunk, _encoding, done) => {
        seen += chunk;
        done();
      },
    });
    // On a terminal it shows how far it is, which is when the next segment goes.
    const stderr = Object.assign(
      new Writable({
        write: (_chunk, _encoding, done) => {
          removeNext(directory);
          done();
        },
      }),
      { isTTY: true },
    );
    expect(await runCli(['verify', directory], { stdout, stderr })).toBe(3);
    expect(seen).toMatch(/^UNDECIDED: /);
    expect(seen).toMatch(/what {18}undecided\n/);
    expect(seen).toContain('Verify again');
    expect(seen).not.toMatch(/FAILED|not as it was recorded|keep a copy/);
    expect(await cli('verify', directory)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^FAILED: /),
    });
    expect((await cli('help')).out).toMatch(/3 undecided/);
  });
});

describe('instrument-audit prove and check', () => {
  it('make proofs and check them without the journal', async () => {
    const journal = build({ segments: threeSegments(), checkpoints: [4, 7] });
    const cases = [
      ['inclusion', journal.directory, '3'],
      ['consistency', journal.directory, '4', '7'],
      ['consistency', journal.directory, '2'],
    ];
    for (const args of cases) {
      const made = await cli('prove', ...args);
      expect(made).toMatchObject({ code: 0, err: '' });
      const proof = file('proof.json', made.out);
      expect(await cli('check', proof, '--key', journal.verifierKey)).toMatchObject({
        code: 0,
        out: expect.stringContaining(`OK: The `),
      });
      const json = await cli('check', proof, '--json', '--key', journal.verifierKey);
      expect(JSON.parse(json.out)).toMatchObject({ ok: true, key: journal.verifierKey });
      const other = build({ segments: [[content(0)]] });
      expect(await cli('check', proof, '--key', other.verifierKey)).toMatchObject({
        code: 1,
        out: expect.stringContaining('FAILED'),
      });
    }
    const forged = file('forged.json', 'x\n\nOK: forged');
    const { out } = await cli('check', forged, '--key', journal.verifierKey);
    expect(out.split('\n').filter((line) => line !== '')).toEqual([expect.stringMatching(/^FAILED: /)]);
    const broken = file('broken.json', '{');
    expect((await cli('check', broken, '--key', journal.verifierKey)).out).toContain(
      'no proof that can be read',
    );
  });

  it('refuse wrong use', async () => {
    const { directory } = build({ segments: threeSegments() });
    const cases: readonly (readonly [string[], RegExp])[] = [
      [['prove'], /inclusion or consistency is missing/],
      [['prove', directory], /is neither inclusion nor consistency/],
      [['prove', 'inclusion'], /directory of a journal is missing/],
      [['prove', 'inclusion', directory], /INDEX is missing/],
      [['prove', 'inclusion', directory, '-1'], /-1/],
      [['prove', 'inclusion', directory, 'x'], /INDEX must be a whole number of at least 0, not "x"/],
      [['prove', 'consistency', directory, '1', '1e1'], /TO must be .*, not "1e1"/],
      [['prove', 'inclusion', directory, '7'], /from 0 to 6/],
      [['prove', 'inclusion', directory, '1', '2'], /"2" was not expected/],
      [['prove', 'consistency', directory, '1', '6'], /the last is at 7/],
      [['prove', 'consistency', directory, '1', '7', '9'], /"9" was not expected/],
      [['prove', 'something', directory, '1'], /neither inclusion nor consistency/],
      [['check'], /file of a proof is missing/],
      [['check', join(parent, 'missing')], /--key is missing/],
      [['check', join(parent, 'missing'), '--key', join(directory, 'key.pub')], /ENOENT/],
    ];
    for (const [args, expected] of cases) {
      const { code, err, out } = await cli(...args);
      expect([code, out]).toEqual([2, '']);
      expect(err).toMatch(expected);
    }
  });
});

describe('instrument-audit', () => {
  it('tells its commands and its version', async () => {
    const help = await cli('help');
    for (const name of ['verify', 'prove', 'check', 'query', 'export', 'lineage'])
      expect(help.out).toContain(`instrument-audit ${name} `);
    expect(help.code).toBe(0);
    expect((await cli()).code).toBe(2);
    expect((await cli('help', 'verify')).out).toMatch(/^instrument-audit verify DIR/);
    expect((await cli('verify', '--help')).out).toBe((await cli('help', 'verify')).out);
    expect((await cli('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(await cli('nothing')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no command "nothing"'),
    });
  });
});

describe('a text of several notes', () => {
  it('is split where a note ends, with or without empty lines', () => {
    const journal = build({ segments: threeSegments() });
    const notes = [journal.note(1), journal.note(2), journal.note(3)];
    const cosigned = `${notes[0]}— witness AAAAAAAA\n`;
    expect(splitNotes(notes.join(''))).toEqual(notes);
    expect(splitNotes(notes.join('\n'))).toEqual(notes);
    expect(splitNotes(notes.map((note) => `\n${note}\n\n`).join(''))).toEqual(notes);
    expect(splitNotes(cosigned + notes[1])).toEqual([cosigned, notes[1]]);
    expect(splitNotes(`${notes[0]}rest`)).toEqual([notes[0], 'rest']);
    expect(splitNotes('')).toEqual([]);
    // A line of the text may look like a signature.
    const odd = `— a b\n\nmore\n\n— c d\n`;
    expect(splitNotes(odd)).toEqual([odd]);
  });
});
