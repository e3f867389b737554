import type { Duplex } from 'node:stream';
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import { backOff } from '../back-off.ts';

/** States of the subscription. */
export type SubscriptionState = 'connecting' | 'connected' | 'reconnecting' | 'disconnected';

/** A message that the broker waits to hear of. */
export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  /** Tells the broker that it need not send the message again. Does nothing when the connection that it came by is gone. */
  readonly acknowledge: () => void;
}

/** Options of {@link subscribe}. */
export interface SubscriptionOptions {
  readonly url: string;
  readonly topic: string;
  /** Name of the session, which the broker keeps while we are away. */
  readonly clientId: string;
  /** Takes a message; while what it returns has not resolved, no other one is taken from the network. */
  readonly onMessage: (message: Message) => Promise<void> | undefined;
  readonly onState: (state: SubscriptionState, reason?: string) => void;
  readonly onError: (error: Error) => void;
  readonly onRetry: (retry: { attempt: number; delayMillis: number; reason: string }) => void;
}

/** A subscription that is kept up. */
export interface Subscription {
  readonly state: SubscriptionState;
  /** Resolves when the broker keeps messages for us, for the first time. */
  readonly ready: Promise<void>;
  /** Breaks the connection, as a network may. */
  cut(): void;
  /** Takes leave of the broker. What was not acknowledged comes again, to whoever continues the session. */
  close(): Promise<void>;
}

const FIRST_DELAY_MILLIS = 50;
const MAX_DELAY_MILLIS = 2_000;
/** A refused connection answers at once; one that is lost in the network need not be waited for longer. */
const CONNECT_MILLIS = 5_000;

/**
 * Subscribes with QoS 1 in a session that outlives the connection; comes back with back-off when the broker is lost.
 *
 * Messages are acknowledged by whoever has taken them, when it likes and in any order. MQTT.js acknowledges each message
 * before it takes the next, so that a batch could never hold two; it is therefore told that they need no acknowledgement
 * (QoS 0), and the packet is written here.
 */
export function subscribe(options: SubscriptionOptions): Subscription {
  const { url, topic, clientId, onMessage, onState, onError, onRetry } = options;
  let state: SubscriptionState = 'disconnected';
  let attempt = 0;
  let isClosing = false;
  let timer: NodeJS.Timeout | undefined;
  let reason: string | undefined;
  const identifiers = new WeakMap<IPublishPacket, number>();
  const become = (next: SubscriptionState, why?: string): void => {
    if (next === state) return;
    state = next;
    onState(next, why);
  };

  let isReady: () => void = () => {};
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });

  become('connecting');
  // A fixed period is all that MQTT.js has; 0 leaves it to us.
  const client = mqtt.connect(url, {
    clientId,
    clean: false,
    resubscribe: false,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_MILLIS,
  });
  client.on('packetreceive', (packet) => {
    if (packet.cmd !== 'publish' || packet.qos !== 1 || packet.messageId === undefined) return;
    identifiers.set(packet, packet.messageId);
    packet.qos = 0;
  });
  client.handleMessage = (packet, done) => {
    const taken = onMessage({
      topic: packet.topic,
      payload: Buffer.from(packet.payload),
      acknowledge: acknowledgement(client.stream, identifiers.get(packet)),
    });
    if (taken === undefined) done();
    else taken.then(() => done());
  };
  client.on('connect', (connack) => {
    attempt = 0;
    reason = undefined;
    become('connected');
    // The session has the subscription already; asking again would send retained messages again.
    if (connack.sessionPresent) {
      isReady();
      return;
    }
    client.subscribe(topic, { qos: 1 }, (error) => {
      if (error === null) isReady();
      else if (!isClosing) onError(error);
    });
  });
  client.on('error', (error) => {
    reason = (error as NodeJS.ErrnoException).code ?? error.message;
    if (!isClosing) onError(error);
  });
  client.on('close', () => {
    if (isClosing || timer !== undefined) return;
    attempt++;
    const delayMillis = backOff(attempt, FIRST_DELAY_MILLIS, MAX_DELAY_MILLIS);
    const why = reason ?? 'the connection was closed';
    become('reconnecting', why);
    onRetry({ attempt, delayMillis, reason: reason ?? 'closed' });
    timer = setTimeout(() => {
      timer = undefined;
      client.reconnect();
    }, delayMillis);
  });

  return {
    get state() {
      return state;
    },
    ready,
    cut: () => void client.stream.destroy(),
    async close() {
      isClosing = true;
      clearTimeout(timer);
      await disconnect(client);
      become('disconnected', 'closed by us');
    },
  };
}

/** PUBACK (MQTT 3.1.1, section 3.4): four bytes, by the connection that the message came by and no other. */
function acknowledgement(stream: Duplex, identifier: number | undefined): () => void {
  if (identifier === undefined) return () => {};
  return () => {
    if (stream.writable) stream.write(Uint8Array.of(0x40, 2, identifier >> 8, identifier & 0xff));
  };
}

/** Longest time to say goodbye to a broker that does not answer. */
const GOODBYE_MILLIS = 1_000;

async function disconnect(client: MqttClient): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      client.stream.destroy();
      resolve();
    }, GOODBYE_MILLIS);
  });
  await Promise.race([client.endAsync(), late]).finally(() => clearTimeout(timer));
}
