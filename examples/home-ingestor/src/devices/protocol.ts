/** What the devices' process is started with. */
export interface DevicesSetup {
  readonly broker: string;
  readonly devices: number;
  /** Events per second and device. */
  readonly rate: number;
  /** Whether they repeat themselves, send rubbish, come in bursts and lose their connections. */
  readonly faults: boolean;
}

/** What the devices' process is told: to send nothing new, and to finish. */
export interface DevicesStop {
  readonly kind: 'stop';
}

/** What one device has sent. */
export interface DeviceTruth {
  readonly device: string;
  readonly boot: number;
  /** Number of its last event; the first is 1. */
  readonly sent: number;
  /** Those that the broker has not acknowledged, ascending. */
  readonly unacknowledged: readonly number[];
}

/** Figures of all devices. */
export interface DevicesFigures {
  /** Events, each counted once however often it was sent. */
  readonly events: number;
  /** Messages that were published: events, copies and rubbish. */
  readonly messages: number;
  readonly copies: number;
  readonly malformed: number;
  /** Connections that devices lost. */
  readonly disconnects: number;
}

/** What the devices' process tells: now and then, and at the end with the whole truth. */
export type DevicesMessage =
  | { readonly kind: 'progress'; readonly figures: DevicesFigures }
  | { readonly kind: 'done'; readonly figures: DevicesFigures; readonly truth: readonly DeviceTruth[] };
