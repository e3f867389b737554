import mqtt, { type MqttClient } from 'mqtt';
import type { Domain } from '../event/device-event.ts';
import { topicOf } from '../event/topics.ts';
import type { DevicesSetup, DeviceTruth } from './protocol.ts';
import { rubbish } from './rubbish.ts';
import { toldValue } from './told-value.ts';

const ROOMS = ['hall', 'kitchen', 'bedroom', 'study', 'cellar', 'garden'];
const KINDS: readonly (readonly [Domain, string])[] = [
  ['sensor', 'temperature'],
  ['switch', 'relay'],
  ['sensor', 'humidity'],
  ['meter', 'energy'],
];

/** Events that a device sends without having heard of those before; then it waits. */
const MAX_UNACKNOWLEDGED = 500;
/** Meters keep so many events, and send them at once. */
const BURST = 25;
/** One event in so many is sent twice, and one message in so many is rubbish. */
const COPY_EVERY = 17;
const RUBBISH_EVERY = 41;

/** A device with a connection of its own. */
export class Device {
  readonly name: string;
  readonly #boot = Date.now();
  readonly #topic: string;
  readonly #domain: Domain;
  readonly #entity: string;
  readonly #faults: boolean;
  readonly #client: MqttClient;
  readonly #unacknowledged = new Set<number>();
  #sequence = 0;
  #owed = 0;
  messages = 0;
  copies = 0;
  malformed = 0;
  disconnects = 0;

  constructor(number: number, { broker, faults }: DevicesSetup) {
    [this.#domain, this.#entity] = KINDS[number % KINDS.length] as readonly [Domain, string];
    this.name = `${this.#domain}-${number}`;
    this.#topic = topicOf(ROOMS[number % ROOMS.length] as string, this.name);
    this.#faults = faults;
    this.#client = mqtt.connect(broker, { clientId: this.name, clean: true, reconnectPeriod: 100 });
    // The broker may be away; it comes back.
    this.#client.on('error', () => {});
  }

  get events(): number {
    return this.#sequence;
  }

  get isIdle(): boolean {
    return this.#unacknowledged.size === 0;
  }

  get truth(): DeviceTruth {
    const unacknowledged = [...this.#unacknowledged].sort((a, b) => a - b);
    return { device: this.name, boot: this.#boot, sent: this.#sequence, unacknowledged };
  }

  /** It has something to tell. */
  measure(): void {
    if (this.#unacknowledged.size >= MAX_UNACKNOWLEDGED) return;
    const isBursty = this.#faults && this.#domain === 'meter';
    this.#owed++;
    if (isBursty && this.#owed < BURST) return;
    for (; this.#owed > 0; this.#owed--) this.#send();
  }

  /** Its network breaks; what was not acknowledged is sent again when it is back, as MQTT has it. */
  disconnect(): void {
    if (!this.#client.connected) return;
    this.disconnects++;
    this.#client.stream.destroy();
  }

  end(): void {
    this.#client.end(true);
  }

  #send(): void {
    const sequence = ++this.#sequence;
    const event = {
      device: this.name,
      boot: this.#boot,
      sequence,
      domain: this.#domain,
      entity: this.#entity,
      value: toldValue(this.#domain, sequence),
      at: Date.now(),
    };
    const payload = JSON.stringify(event);
    this.#unacknowledged.add(sequence);
    this.#tell(sequence, payload);
    if (!this.#faults) return;
    if (sequence % COPY_EVERY === 0) {
      this.copies++;
      this.#publish(payload);
    }
    if (sequence % RUBBISH_EVERY === 0) {
      this.malformed++;
      this.#publish(rubbish(this.malformed, event));
    }
  }

  /**
   * Publishes until the broker has it. MQTT.js sends again what it has sent; but it gives up what was waiting behind that when
   * the connection breaks once more.
   */
  #tell(sequence: number, payload: string): void {
    this.#publish(payload, (error) => {
      if (!error) this.#unacknowledged.delete(sequence);
      // Not at once: MQTT.js is going through what waits, and would find it there again, without end.
      else if (!this.#client.disconnecting) setImmediate(() => this.#tell(sequence, payload));
    });
  }

  #publish(payload: string | Buffer, done: (error?: Error | null) => void = () => {}): void {
    this.messages++;
    this.#client.publish(this.#topic, payload, { qos: 1 }, (error) => done(error));
  }
}
