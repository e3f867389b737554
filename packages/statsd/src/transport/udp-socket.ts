import { createSocket, type Socket } from 'node:dgram';
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { monotonicMillis } from '@org/instrument-core';
import type { UdpDestination } from '../destination.ts';
import { type Lookup, resolveAddress } from './resolve-address.ts';

/**
 * A socket that is connected to where the host's name leads. The name is looked up again when the address is older than
 * `dnsRefreshMillis`, beside what is being sent; the old address stays in use until a new one is known, and its socket open
 * until the next one is asked for: packets may still be waiting in it.
 */
export class UdpSocket {
  readonly #destination: UdpDestination;
  readonly #lookup: Lookup | undefined;
  readonly #onRefused: () => void;
  #socket: Socket | undefined;
  /** Connected to a newer address, and not asked for yet. */
  #next: Socket | undefined;
  /** Where the newest of both is connected to. */
  #address: LookupAddress | undefined;
  #resolvedAt = Number.NEGATIVE_INFINITY;
  #opening: Promise<void> | undefined;
  #isClosed = false;

  /** @param onRefused is called when the other side says that nobody listens there */
  constructor(destination: UdpDestination, onRefused: () => void, lookup?: Lookup) {
    this.#destination = destination;
    this.#onRefused = onRefused;
    this.#lookup = lookup;
  }

  /** The newest socket, if one is connected. Closes the one before: for when no packet of it is under way. */
  newest(): Socket | undefined {
    if (this.#next !== undefined) {
      this.#socket?.close();
      this.#socket = this.#next;
      this.#next = undefined;
    }
    return this.#socket;
  }

  /** Waits until a socket is connected. Rejects when the name has no address, or the address no route. */
  async connected(): Promise<void> {
    const isStale = monotonicMillis() - this.#resolvedAt > this.#destination.dnsRefreshMillis;
    if ((this.#next ?? this.#socket) === undefined) await this.#open();
    else if (isStale && isIP(this.#destination.host) === 0) this.#open().catch(() => {});
  }

  /** Looks the name up again with the next packet, as if its address were old. */
  expire(): void {
    this.#resolvedAt = Number.NEGATIVE_INFINITY;
  }

  /** Looks the name up and connects anew before the next packet. */
  forget(): void {
    this.#socket?.close();
    this.#next?.close();
    this.#socket = undefined;
    this.#next = undefined;
    this.#address = undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.forget();
  }

  #open(): Promise<void> {
    this.#opening ??= this.#resolveAndConnect().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #resolveAndConnect(): Promise<void> {
    const { host, port, family } = this.#destination;
    // Not asked again before the time, whether there is an answer or not.
    this.#resolvedAt = monotonicMillis();
    const found = await resolveAddress(host, family, this.#lookup);
    if (found.address === this.#address?.address && found.family === this.#address.family) return;
    const socket = await connect(found, port);
    if (this.#isClosed) {
      socket.close();
      throw new Error('The exporter is shut down');
    }
    socket.on('error', () => this.#onRefused());
    this.#next?.close();
    this.#next = socket;
    this.#address = found;
  }
}

function connect({ address, family }: LookupAddress, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4').unref();
    const fail = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.removeListener('error', fail);
      resolve(socket);
    });
    // A callback would be given the error, and the event not be emitted.
    socket.connect(port, address);
  });
}
