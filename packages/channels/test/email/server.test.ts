import type { SMTPServerOptions } from 'smtp-server';
import { describe, expect, it } from 'vitest';
import { selfSigned } from '../../../otel/test/otlp-http/self-signed.ts';
import { createChannels } from '../../src/create-channels.ts';
import type { BlamedError } from '../../src/delivery/blamed-error.ts';
import type { DeliveryError } from '../../src/delivery-error.ts';
import { createBus } from '../delivery/bus-bed.ts';
import { CALM, notification } from '../support/notifications.ts';
import { failureOf, only, useBench } from './bench.ts';
import { smtpError } from './mail-server.ts';

const bench = useBench();

describe('a server', () => {
  it('that is busy (421) can be tried again, at whatever point it says so', async () => {
    let isBusy = true;
    const busy = (done: (error?: Error) => void) =>
      done(isBusy ? smtpError(421, '4.3.2 too busy') : undefined);
    for (const hook of ['onConnect', 'onMailFrom'] as const) {
      isBusy = true;
      const { server, channel } = await bench(
        {},
        { [hook]: (...all: unknown[]) => busy(all.at(-1) as never) },
      );
      expect(await failureOf(channel.deliver([notification()], CALM))).toMatchObject({
        permanent: false,
        status: 421,
      });
      isBusy = false;
      await channel.deliver([notification()], CALM);
      expect(server.mails().length).toBe(1);
    }
  });

  it('that refuses the content for good (554) is not tried again', async () => {
    const { channel } = await bench(
      {},
      {
        onData: (stream, _, done) => void stream.resume().on('end', () => done(smtpError(554, '5.7.1 spam'))),
      },
    );
    const error = await failureOf(channel.deliver([notification()], CALM));
    expect(error).toMatchObject({ permanent: true, status: 554, message: expect.stringContaining('spam') });
  });

  it('that does not know the password says so, and nobody sees it', async () => {
    const pass = 'p4ss w"ord\\';
    const onAuth: SMTPServerOptions['onAuth'] = ({ password }, _, done) =>
      done(smtpError(535, `5.7.8 wrong: ${password} ${Buffer.from(`\0me\0${password}`).toString('base64')}`));
    const { channel } = await bench({ auth: { user: 'me', pass } }, { onAuth });
    const error = await failureOf(channel.deliver([notification()], CALM));
    expect(error).toMatchObject({ permanent: true, status: 535 });
    expect(error.message).toContain('wrong: […] […]');
  });

  it('that does not know the password is not asked again for each part of what waits', async () => {
    let logins = 0;
    const onAuth: SMTPServerOptions['onAuth'] = (_, __, done) => {
      logins++;
      done(smtpError(535, '5.7.8 no'));
    };
    const { channel } = await bench({ auth: { user: 'me', pass: 'wrong' } }, { onAuth });
    const { events, emit } = createBus();
    const channels = createChannels({ to: [channel], events });
    for (let i = 0; i < 50; i++) emit('job.failed', { severity: 'error', key: `k${i}` });
    expect(await channels.flush('5s')).toBe(true);
    expect(channels.status()[0]).toMatchObject({ dead: 50, waiting: 0 });
    expect(logins).toBe(1);
    await channels.close();
  });

  it.each([
    ['the sender', 'sender', { onMailFrom: (_, __, done) => done(smtpError(550, '5.7.1 not yours')) }],
    ['a size', undefined, { onMailFrom: (_, __, done) => done(smtpError(552, '5.3.4 too large')) }],
    [
      'its content',
      undefined,
      { onData: (stream, _, done) => void stream.resume().on('end', () => done(smtpError(550, 'spam'))) },
    ],
  ] as const satisfies readonly (readonly [string, unknown, SMTPServerOptions])[])(
    'that refuses %s for good is told from others: %s',
    async (_, blame, options) => {
      const { channel } = await bench({}, options);
      const error = await failureOf(channel.deliver([notification()], CALM));
      expect(error.permanent).toBe(true);
      expect((error as Partial<BlamedError>).blame).toBe(blame);
    },
  );

  it('gets mails over one connection, which is kept, and closed at the end', async () => {
    const { server, channel } = await bench();
    for (let i = 0; i < 5; i++) await channel.deliver([notification()], CALM);
    expect([server.mails().length, server.connected(), server.connections()]).toEqual([5, 1, 1]);
    await channel.close?.();
    await expect.poll(() => server.connections()).toBe(0);
  });

  it('that has ended the connection meanwhile gets a new one', async () => {
    const { server, channel } = await bench();
    await channel.deliver([notification()], CALM);
    server.hangUp();
    await expect.poll(() => server.connections()).toBe(0);
    const deliver = () => channel.deliver([notification()], CALM);
    // Whether the end was seen before the next mail is for the network to say; it passes in either case.
    await deliver().catch((error: DeliveryError) => {
      expect(error.permanent).toBe(false);
      return deliver();
    });
    expect(server.mails().length).toBe(2);
  });
});

describe('TLS', () => {
  const { cert, key } = selfSigned('mail.example.com');

  it('is begun with STARTTLS, and the password goes over nothing else', async () => {
    const onAuth: SMTPServerOptions['onAuth'] = ({ username }, _, done) => done(null, { user: username });
    const options = {
      requireTLS: true,
      auth: { user: 'me', pass: 'secret' },
      tls: { ca: cert, servername: 'localhost', rejectUnauthorized: true },
    };
    const { server, channel } = await bench(options, { cert, key, onAuth });
    await channel.deliver([notification()], CALM);
    expect(only(server)).toMatchObject({ isSecure: true, user: 'me' });
  });

  it('that a server does not offer is not done without, where it is required', async () => {
    const { server, channel } = await bench(
      { requireTLS: true },
      { hideSTARTTLS: true, disabledCommands: ['STARTTLS'] },
    );
    const error = await failureOf(channel.deliver([notification()], CALM));
    expect(error).toMatchObject({ permanent: true, blame: 'sender' });
    expect(error.message).toMatch(
      /STARTTLS.*; where the server has no TLS, requireTLS: false sends without; .*password/,
    );
    expect(server.mails()).toEqual([]);
  });

  it('of somebody else is not trusted', async () => {
    const { server, channel } = await bench({ tls: { rejectUnauthorized: true } }, { cert, key });
    expect(await failureOf(channel.deliver([notification()], CALM))).toMatchObject({ permanent: false });
    expect(server.mails()).toEqual([]);
  });

  it('from the beginning is what smtps: stands for', async () => {
    const { server, channel } = await bench({}, { cert, key, secure: true });
    await channel.deliver([notification()], CALM);
    expect(only(server).isSecure).toBe(true);
  });
});
