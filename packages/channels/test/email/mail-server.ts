import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { type SelfSigned, selfSigned } from '../../../otel/test/otlp-http/self-signed.ts';
import type { Behaviour, Receiver } from '../../src/conformance/index.ts';
import { header, longestLine, parseMail, type ReceivedMail } from './mime.ts';

/** A mail that a server took, with those that it is for. */
export interface TakenMail extends ReceivedMail {
  readonly from: string;
  readonly recipients: readonly string[];
  readonly raw: string;
  readonly isSecure: boolean;
  readonly user: string | undefined;
}

/** A mail server that does all that mail servers do to mails. */
export interface MailServer extends Receiver {
  readonly port: number;
  mails(): readonly TakenMail[];
  /** Connections that are open. */
  connections(): number;
  /** Connections that there were. */
  connected(): number;
  /** Says what becomes of a recipient: an error with `responseCode`, or nothing. */
  onRecipient: (address: string) => Error | undefined;
  behave(behaviour: Behaviour | 'accept'): Promise<void>;
  /** Ends all connections. */
  hangUp(): void;
}

/** An answer of a server that does not take something. */
export function smtpError(code: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode: code });
}

let certificate: SelfSigned | undefined;

/** Opens the server of the package smtp-server behind a door, which can be shut. */
export async function openMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  certificate ??= selfSigned('mail.example.com');
  let behaviour: Behaviour | 'accept' = 'accept';
  const mails: TakenMail[] = [];
  const doorSockets = new Set<Socket>();
  let connected = 0;
  const refusal = (): Error | undefined => {
    if (behaviour === 'fail') return smtpError(450, '4.2.0 greylisted, try again in five minutes');
    return behaviour === 'reject' ? smtpError(550, '5.1.1 no such mailbox') : undefined;
  };
  const smtp = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    ...certificate,
    // Its own waiting for connections would be too long for a test.
    closeTimeout: 50,
    onRcptTo: ({ address }, _, done) => done(refusal() ?? server.onRecipient(address)),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (behaviour === 'hang') return;
        if (behaviour === 'break') {
          server.hangUp();
          return;
        }
        const raw = Buffer.concat(chunks).toString();
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          ...parseMail(raw),
          raw,
          from: mailFrom === false ? '' : mailFrom.address,
          recipients: rcptTo.map(({ address }) => address),
          isSecure: session.secure,
          user: session.user,
        });
        done();
      });
    },
    ...options,
  });
  // A connection that is cut off is what these tests are about.
  smtp.on('error', () => {});
  const door = createServer((socket) => {
    connected++;
    doorSockets.add(socket);
    socket.unref();
    socket.on('error', () => {});
    socket.once('close', () => doorSockets.delete(socket));
    if (behaviour === 'rubbish') {
      socket.end('\u0000\u00ff rubbish\r\n\r\n');
      return;
    }
    (smtp.server as unknown as Server).emit('connection', socket);
  });
  const port = await listen(door, 0);
  const server: MailServer = {
    port,
    mails: () => mails,
    connections: () => smtp.connections.size,
    connected: () => connected,
    onRecipient: () => undefined,
    hangUp() {
      for (const socket of doorSockets) socket.destroy();
    },
    received: () => mails.flatMap(sectionsOf),
    problems: () => mails.flatMap(mailProblems),
    async behave(next) {
      behaviour = next;
      if (next === 'refuse') await shut(door, server);
      else if (!door.listening) await listen(door, port);
    },
    async close() {
      await shut(door, server);
      await new Promise<void>((resolve) => smtp.close(resolve));
    },
  };
  return server;
}

/** What is in a mail, one text for each notification, as its HTML says it. */
function sectionsOf({ html }: TakenMail): string[] {
  return html
    .split('<div style="margin')
    .slice(1)
    .map((section) => unescapeHtml(section.replace(/<[^>]*>/g, ' ')));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/** What is wrong with a mail by the rules of the format. */
function mailProblems(mail: TakenMail): string[] {
  const problems: string[] = [];
  for (const name of ['from', 'subject', 'message-id', 'date', 'mime-version', 'auto-submitted'])
    header(mail, name);
  if (longestLine(mail.raw) > 998) problems.push('a line is too long');
  if (/[^\r]\n|\r[^\n]/.test(mail.raw)) problems.push('a line does not end in CR LF');
  if (CONTROL.test(`${mail.text}${mail.html}${header(mail, 'subject')}`))
    problems.push('a control character');
  if (/<(?!\/?(?:!doctype|html|body|div|h2|p|table|tr|td)\b)/i.test(mail.html))
    problems.push('markup of others');
  if (mail.headers.filter(([name]) => name === 'subject').length !== 1) problems.push('two subjects');
  return problems;
}

function unescapeHtml(text: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '');
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      server.unref();
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function shut(door: Server, server: MailServer): Promise<void> {
  return new Promise((resolve) => {
    door.close(() => resolve());
    server.hangUp();
  });
}
