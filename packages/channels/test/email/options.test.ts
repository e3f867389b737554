import { describe, expect, it } from 'vitest';
import { email } from '../../src/email/email-channel.ts';
import { FOR_PEOPLE } from '../../src/selection/selection.ts';
import { bundle } from '../support/programs.ts';

describe('options', () => {
  const right = { host: 'smtp.example.com', from: 'a@example.com', to: 'b@example.com' };

  it('that are right make a channel for people, and load nothing', () => {
    expect(email(right)).toMatchObject({
      name: 'email',
      maxBatch: 50,
      settings: { events: FOR_PEOPLE.events, minSeverity: 'warning' },
    });
  });

  it.each([
    [{ from: 'a@example.com', to: 'b@example.com' }, ['host']],
    [{ ...right, from: undefined }, ['from']],
    [{ ...right, to: undefined }, ['to']],
    [{ ...right, to: [] }, ['to']],
    [{ ...right, to: 'b@example.com, c@example.com' }, ['to']],
    [
      { ...right, to: ['b@example.com', 'c', 'Eve\r\nBcc: d@example.com <e@example.com>'] },
      ['to[1]', 'to[2]'],
    ],
    [{ ...right, from: ['a@example.com'] }, ['from']],
    [{ ...right, url: 'smtp://example.com' }, ['host']],
    [{ ...right, host: undefined, url: 'http://example.com' }, ['url']],
    [{ ...right, host: undefined, url: 'smtp://me@example.com' }, ['url']],
    [{ ...right, auth: { user: 'me' } }, ['auth.pass']],
    [{ ...right, auth: { user: 'me', pass: 'x', type: 'y' } }, ['auth.type']],
    [
      { ...right, port: 70_000, secure: 'yes', requireTLS: 1, tls: [] },
      ['port', 'secure', 'tls', 'requireTLS'],
    ],
    [{ ...right, subject: 'x' }, ['subject']],
    [{ ...right, to: Array.from({ length: 101 }, (_, i) => `a${i}@example.com`) }, ['to']],
  ])('%j is refused', (options, expected) => {
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    let paths: unknown;
    try {
      email(given as never);
    } catch (error) {
      paths = (error as { problems: { path: string }[] }).problems.map(({ path }) => path);
    }
    expect(paths).toEqual(expected);
  });

  it('that are wrong do not show the password', () => {
    for (const given of [
      { ...right, auth: { user: 'me', pass: ['hunter2'] } },
      { ...right, auth: { user: 7, pass: 'hunter2', token: 'hunter2' } },
      { url: 'smtp://me:hunter2@example.com/hunter2', from: 'x', to: 'y' },
      { url: 'ftp://me:hunter2@example.com', from: 'x', to: 'y' },
    ]) {
      let message = '';
      try {
        email(given as never);
      } catch (error) {
        message = String(error);
      }
      expect(message).toContain('The options of the e-mail channel are wrong');
      expect(message).not.toContain('hunter2');
    }
  });

  it('do not help where nodemailer is not installed, which is said at once', async () => {
    const programs = await bundle();
    const { code, stdout } = await programs.run(`
      try {
        email(${JSON.stringify(right)});
      } catch (error) {
        console.log(error.code, error.message);
      }
    `);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^INSTRUMENT_DEPENDENCY_MISSING .*- email: .*npm install nodemailer/s);
  });
});
