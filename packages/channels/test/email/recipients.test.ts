import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Channel } from '../../src/channel.ts';
import type { Channels, DeadLetter } from '../../src/channels.ts';
import { createChannels } from '../../src/create-channels.ts';
import { forOne } from '../../src/delivery/for-one.ts';
import { email } from '../../src/email/email-channel.ts';
import { createBus } from '../delivery/bus-bed.ts';
import { CALM, notification } from '../support/notifications.ts';
import { failureOf, only, useBench } from './bench.ts';
import { type MailServer, smtpError } from './mail-server.ts';
import { header } from './mime.ts';

const bench = useBench();
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const SOON = { retry: { initialDelay: 20, maxDelay: 40 } } as const;
const bodyOf = (key: string, phase = 'occurred') => ({
  severity: 'error',
  key,
  phase,
  title: `${phase} ${key}`,
});

/** A channel with an outbox, and what it gives up. */
function start(channel: Channel, directory?: string) {
  const { events, emit } = createBus();
  const dead: DeadLetter[] = [];
  events.on('channel.notification.dead', (letter) => void dead.push(letter));
  const channels = createChannels({
    to: [channel],
    events,
    ...(directory === undefined ? {} : { directory }),
  });
  closers.push(() => channels.close(0));
  return { channels, dead, emit };
}

const statusOf = (channels: Channels) => channels.status()[0];
const mailsTo = (server: MailServer, address: string): string[] =>
  server
    .mails()
    .filter(({ recipients }) => recipients.includes(address))
    .map((mail) => header(mail, 'subject'));

describe('a recipient', () => {
  it('that takes it later gets it then, by itself, as the mail that the others have', async () => {
    const { server, channel } = await bench({ to: ['a@example.com', 'b@example.com'] });
    server.onRecipient = (address) =>
      address === 'b@example.com' ? smtpError(450, '4.2.0 greylisted') : undefined;
    const one = notification();
    const error = expect.objectContaining({ permanent: false, status: 450, blame: 'recipient' });
    expect(await channel.deliver([one], CALM)).toEqual([
      expect.objectContaining({ id: one.id, lacking: [{ recipient: 'b@example.com', error }] }),
    ]);
    const lacked = forOne(one, 'b@example.com');
    expect(await failureOf(channel.deliver([lacked], CALM))).toMatchObject({
      permanent: false,
      blame: 'recipient',
      message: expect.stringMatching(/ refused b@example\.com: .*greylisted/),
    });
    server.onRecipient = () => undefined;
    expect(await channel.deliver([lacked, notification({ key: 'other' })], CALM)).toEqual([]);
    expect(server.mails().map(({ recipients }) => recipients)).toEqual([
      ['a@example.com'],
      ['b@example.com'],
      ['a@example.com', 'b@example.com'],
    ]);
    const [first, second] = server.mails();
    expect(header(second!, 'message-id')).toBe(header(first!, 'message-id'));
    expect(second!.text).toBe(first!.text);
  });

  it('is the same however its domain is written', async () => {
    const to = ['a@example.com', 'a@EXAMPLE.com', 'grey@MÜLLER.example'];
    const { server, channel } = await bench({ to });
    server.onRecipient = (address) => (address.startsWith('grey') ? smtpError(450, 'later') : undefined);
    const one = notification();
    expect(await channel.deliver([one], CALM)).toMatchObject([
      { lacking: [{ recipient: 'grey@MÜLLER.example' }] },
    ]);
    server.onRecipient = () => undefined;
    expect(await channel.deliver([forOne(one, 'grey@müller.EXAMPLE')], CALM)).toEqual([]);
    const recipients = server.mails().map((mail) => mail.recipients.map((each) => each.toLowerCase()));
    expect(recipients).toEqual([['a@example.com'], [expect.stringMatching(/^grey@.*example$/)]]);
  });

  it('whose mailbox is full holds nobody up', async () => {
    const { server, channel } = await bench({ to: ['ok@example.com', 'full@example.com'], ...SOON });
    server.onRecipient = (address) => (address.startsWith('full') ? smtpError(452, '4.2.2 full') : undefined);
    const { channels, emit } = start(channel);
    await channels.ready;
    // Later ones of a key too.
    const keys = Array.from({ length: 12 }, (_, i) => `k${i >> 1}`);
    for (const [i, key] of keys.entries()) {
      emit('job.failed', bodyOf(key));
      await expect.poll(() => mailsTo(server, 'ok@example.com').length).toBe(i + 1);
    }
    expect(statusOf(channels)).toMatchObject({ circuit: 'closed', delivered: 12, waiting: 12, dead: 0 });
    expect(statusOf(channels)?.lastFailure).toContain('refused full@example.com: ');
    server.onRecipient = () => undefined;
    expect(await channels.flush('5s')).toBe(true);
    expect(mailsTo(server, 'ok@example.com')).toHaveLength(12);
    expect(statusOf(channels)).toMatchObject({ delivered: 24, waiting: 0, dead: 0 });
  });

  it('that lacks one gets the next of its key after it', async () => {
    const { server, channel } = await bench({
      to: ['ok@example.com', 'full@example.com'],
      batchSize: 1,
      retry: { initialDelay: 300 },
    });
    server.onRecipient = (address) => (address.startsWith('full') ? smtpError(452, '4.2.2 full') : undefined);
    const { channels, emit } = start(channel);
    await channels.ready;
    emit('disk', bodyOf('disk', 'triggered'));
    await expect.poll(() => statusOf(channels)).toMatchObject({ delivered: 1, failures: 1 });
    server.onRecipient = () => undefined;
    emit('disk', bodyOf('disk', 'resolved'));
    expect(await channels.flush('5s')).toBe(true);
    const subjects = ['[error] triggered disk', '[resolved] resolved disk'];
    expect(mailsTo(server, 'ok@example.com')).toEqual(subjects);
    expect(mailsTo(server, 'full@example.com')).toEqual(subjects);
    emit('disk', bodyOf('disk', 'triggered'));
    expect(await channels.flush('5s')).toBe(true);
    expect(server.mails().at(-1)?.recipients).toEqual(['ok@example.com', 'full@example.com']);
  });

  it('that has the mail does not get it again, however often the process is started anew', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'channels-mail-'));
    closers.push(() => rmSync(directory, { recursive: true, force: true }));
    const { server } = await bench();
    // What a channel remembers goes with its process.
    const make = () =>
      email({
        url: `smtp://127.0.0.1:${server.port}`,
        from: 'alerts@example.com',
        to: ['ok@example.com', 'grey@example.com'],
        ...SOON,
      });
    let asked = 0;
    server.onRecipient = (address) => {
      if (!address.startsWith('grey')) return undefined;
      asked++;
      return smtpError(450, '4.2.0 greylisted');
    };
    for (let i = 0; i < 4; i++) {
      const before = asked;
      const { channels, emit } = start(make(), directory);
      await channels.ready;
      if (i === 0) emit('job.failed', bodyOf('nightly'));
      await expect.poll(() => asked).toBeGreaterThan(before);
      await channels.close(0);
    }
    expect(mailsTo(server, 'ok@example.com')).toHaveLength(1);
    server.onRecipient = () => undefined;
    const { channels } = start(make(), directory);
    await expect.poll(() => mailsTo(server, 'grey@example.com').length).toBe(1);
    expect(await channels.flush('5s')).toBe(true);
    const ids = server.mails().map((mail) => header(mail, 'message-id'));
    expect(ids).toEqual([ids[0], ids[0]]);
  });

  it('that is none any more gets nothing of what an earlier process has left', async () => {
    const { server, channel } = await bench();
    expect(await channel.deliver([forOne(notification(), 'gone@example.com')], CALM)).toEqual([]);
    expect(server.mails()).toEqual([]);
  });
});

describe('a recipient that never takes it', () => {
  it('is a dead letter that names it, while the others have it', async () => {
    const { server, channel } = await bench({ to: ['a@example.com', 'gone@example.com'], ...SOON });
    server.onRecipient = (address) =>
      address.startsWith('gone') ? smtpError(550, '5.1.1 no such user') : undefined;
    const { channels, dead, emit } = start(channel);
    emit('job.failed', bodyOf('nightly'));
    expect(await channels.flush('5s')).toBe(true);
    expect(only(server).recipients).toEqual(['a@example.com']);
    expect(statusOf(channels)).toMatchObject({ delivered: 1, dead: 1, circuit: 'closed' });
    expect(dead).toEqual([
      expect.objectContaining({
        reason: 'rejected',
        attempts: 1,
        error: expect.stringMatching(/ refused gone@example\.com: .*no such user/),
        notification: expect.objectContaining({ key: 'nightly (gone@example.com)' }),
      }),
    ]);
  });

  it('is told of while another one is asked to wait', async () => {
    const { server, channel } = await bench({ to: ['grey@example.com', 'gone@example.com'], ...SOON });
    let isGrey = true;
    server.onRecipient = (address) => {
      if (address.startsWith('gone')) return smtpError(550, '5.1.1 no such user');
      return isGrey ? smtpError(451, '4.2.0 greylisted') : undefined;
    };
    const { channels, dead, emit } = start(channel);
    emit('job.failed', bodyOf('nightly'));
    await expect
      .poll(() => statusOf(channels)?.lastFailure)
      .toMatch(/refused grey@example\.com: .*; .* refused gone@example\.com: /);
    expect(statusOf(channels)).toMatchObject({ delivered: 0, dead: 0, waiting: 1 });
    isGrey = false;
    expect(await channels.flush('5s')).toBe(true);
    expect(only(server).recipients).toEqual(['grey@example.com']);
    expect(dead.map(({ reason, error }) => [reason, error])).toEqual([
      ['rejected', expect.stringContaining('refused gone@example.com: ')],
    ]);
  });

  it('makes a failure for good where none takes it in the end', async () => {
    const { server, channel } = await bench({ to: ['later@example.com', 'gone@example.com'] });
    const codes: Record<string, number> = { 'later@example.com': 451, 'gone@example.com': 550 };
    server.onRecipient = (address) => smtpError(codes[address] ?? 550, 'no');
    const one = notification();
    expect(await failureOf(channel.deliver([one], CALM))).toMatchObject({ permanent: false, status: 451 });
    codes['later@example.com'] = 554;
    expect(await failureOf(channel.deliver([one], CALM))).toMatchObject({ permanent: true, status: 554 });
    expect(server.mails()).toEqual([]);
  });

  it('is asked once for a batch', async () => {
    let asked = 0;
    const { server, channel } = await bench({ to: 'gone@example.com' });
    server.onRecipient = () => {
      asked++;
      return smtpError(550, '5.1.1 no such user');
    };
    const { channels, emit } = start(channel);
    for (let i = 0; i < 50; i++) emit('job.failed', bodyOf(`k${i}`));
    expect(await channels.flush('5s')).toBe(true);
    expect(asked).toBe(1);
    expect(statusOf(channels)).toMatchObject({ dead: 50, waiting: 0 });
  });
});

describe('a digest beside a mail for one', () => {
  it('loses only what the server does not want of it', async () => {
    const { server, channel } = await bench(
      { to: ['a@example.com', 'b@example.com'] },
      {
        onData: (stream, _, done) => {
          let text = '';
          stream.on('data', (chunk: Buffer) => {
            text += chunk.toString();
          });
          stream.on('end', () => done(text.includes('spam') ? smtpError(554, '5.7.1 no') : null));
        },
      },
    );
    const batch = ['x', 'y', 'spam', 'z'].map((title) => notification({ title, key: title }));
    const result = await channel.deliver([forOne(notification(), 'b@example.com'), ...batch], CALM);
    expect(result).toEqual([
      { id: batch[2]?.id, error: expect.objectContaining({ permanent: true, status: 554 }) },
    ]);
    expect(server.connections()).toBe(1);
  });
});
