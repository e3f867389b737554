import type { SMTPServerOptions } from 'smtp-server';
import { afterEach } from 'vitest';
import type { Channel } from '../../src/channel.ts';
import type { DeliveryError } from '../../src/delivery-error.ts';
import { type EmailOptions, email } from '../../src/email/email-channel.ts';
import { type MailServer, openMailServer, type TakenMail } from './mail-server.ts';

/** Makes channels with servers of their own; closes both after each test. */
export function useBench(): (
  options?: Partial<EmailOptions>,
  server?: SMTPServerOptions,
) => Promise<{ readonly server: MailServer; readonly channel: Channel }> {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
  return async (options = {}, serverOptions = {}) => {
    const server = await openMailServer(serverOptions);
    const scheme = serverOptions.secure === true ? 'smtps' : 'smtp';
    const channel = email({
      ...(options.auth === undefined
        ? { url: `${scheme}://127.0.0.1:${server.port}` }
        : { host: '127.0.0.1', port: server.port }),
      from: 'Alerts <alerts@example.com>',
      to: 'ops@example.com',
      ...options,
    });
    closers.push(
      () => channel.close?.(),
      () => server.close(),
    );
    return { server, channel };
  };
}

/** The error of a delivery that must fail. */
export async function failureOf(delivery: unknown): Promise<DeliveryError> {
  try {
    await delivery;
  } catch (error) {
    return error as DeliveryError;
  }
  throw new Error('it was delivered');
}

/** The only mail that a server took. */
export function only(server: MailServer): TakenMail {
  const [mail] = server.mails();
  if (mail === undefined || server.mails().length !== 1) throw new Error(`${server.mails().length} mails`);
  return mail;
}
