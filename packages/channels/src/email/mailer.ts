import { connect, type Socket } from 'node:net';
import { loadPackage, untraced } from '@org/instrument-core';
import type { Mail } from './message.ts';
import type { Server } from './server.ts';

/** A connection that has had nothing to do for so long is closed. */
const IDLE_MILLIS = 30_000;

/** What is used of nodemailer's transporter, whose types differ from version to version. */
interface Transporter {
  sendMail(mail: Mail): Promise<unknown>;
  close(): void;
}

type CreateTransport = (options: object) => Transporter;

/** One connection, and what nodemailer does with it. */
interface Line {
  readonly transporter: Transporter;
  readonly sockets: Set<Socket>;
}

/**
 * Sends mails over one connection, which is kept a while for the next ones. The socket is ours: so it can be cut off when the time
 * for an attempt is over, and keeps no process alive while nothing is sent.
 */
export class Mailer {
  readonly #server: Server;
  #line: Promise<Line> | undefined;
  #sending = 0;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(server: Server) {
    this.#server = server;
  }

  get server(): Server {
    return this.#server;
  }

  /**
   * Sends a mail; rejects with what nodemailer says, or what `late` makes once the signal is aborted.
   *
   * @returns what nodemailer says of its recipients.
   */
  async send(mail: Mail, signal: AbortSignal, late: () => Error): Promise<unknown> {
    if (signal.aborted) throw late();
    clearTimeout(this.#idle);
    this.#sending++;
    try {
      this.#line ??= this.#open();
      const line = await this.#line;
      for (const socket of line.sockets) socket.ref();
      return await untilAborted(line.transporter.sendMail(mail), signal, late);
    } catch (error) {
      // Whatever state the connection is in, the next mail gets a new one.
      this.#drop();
      throw error;
    } finally {
      this.#sending--;
      if (this.#sending === 0) await this.#rest();
    }
  }

  /** Closes the connection. */
  close(): void {
    this.#isClosed = true;
    this.#drop();
  }

  async #open(): Promise<Line> {
    const createTransport = load();
    const { host, port, secure, requireTLS, auth, tls } = this.#server;
    const sockets = new Set<Socket>();
    const transporter = createTransport({
      pool: true,
      maxConnections: 1,
      // The outbox tries again, and knows how often it has.
      maxRequeues: 0,
      host,
      port,
      secure,
      requireTLS,
      ...(auth === undefined ? {} : { auth: { ...auth } }),
      tls: { ...tls },
      getSocket: (_: unknown, done: (error: Error | null, socket?: { connection: Socket }) => void) =>
        this.#connect(sockets, done),
    });
    return { transporter, sockets };
  }

  #connect(sockets: Set<Socket>, done: (error: Error | null, socket?: { connection: Socket }) => void): void {
    const { host, port } = this.#server;
    const socket = untraced(() => connect({ host, port }));
    sockets.add(socket);
    const failed = (error: Error): void => done(error);
    // Cut off before it is connected it says nothing but this.
    const closed = (): void => done(new Error('the connection was closed'));
    socket.once('close', () => sockets.delete(socket));
    socket.once('error', failed);
    socket.once('close', closed);
    socket.once('connect', () => {
      socket.off('close', closed);
      socket.off('error', failed);
      // Between this and nodemailer's own listener, and once it has let go.
      socket.on('error', () => {});
      done(null, { connection: socket });
    });
  }

  #drop(): void {
    const line = this.#line;
    this.#line = undefined;
    clearTimeout(this.#idle);
    line?.then(hangUp, () => {});
  }

  async #rest(): Promise<void> {
    if (this.#isClosed) {
      this.#drop();
      return;
    }
    const line = await this.#line?.catch(() => undefined);
    if (line === undefined || this.#sending > 0) return;
    for (const socket of line.sockets) socket.unref();
    this.#idle = setTimeout(() => this.#drop(), IDLE_MILLIS).unref();
  }
}

function hangUp({ transporter, sockets }: Line): void {
  transporter.close();
  // QUIT would need an answer; the server sees the end of the connection (RFC 5321, 4.1.1.10, allows for it).
  for (const socket of sockets) socket.destroy();
}

function load(): CreateTransport {
  // A CommonJS module before version 10.
  const module = loadPackage('nodemailer', import.meta.url) as {
    createTransport?: CreateTransport;
    default?: { createTransport?: CreateTransport };
  };
  const createTransport = module.createTransport ?? module.default?.createTransport;
  if (createTransport === undefined) throw new Error('nodemailer has no createTransport');
  return createTransport;
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(late());
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
