import { endChild, messageFrom, startChild } from '../child.ts';
import type { DevicesFigures, DevicesMessage, DevicesSetup, DevicesStop } from './protocol.ts';

/** Time in milliseconds until devices that were asked to stop must have ended: more than they take to finish. */
const STOPPING_MILLIS = 20_000;

/** The devices, in a process of their own. */
export interface DevicesProcess {
  /** What they told last; `undefined` before the first time. */
  readonly figures: DevicesFigures | undefined;
  /** Rejects when the process ends without being asked to. */
  readonly failed: Promise<never>;
  /** They send nothing new; resolves with the truth when the broker has acknowledged everything. Rejects when they hang. */
  stop(): Promise<Extract<DevicesMessage, { kind: 'done' }>>;
  /** Ends them by force, when they run. */
  kill(): Promise<void>;
}

/** Starts devices; `entry` is the JavaScript file that the process runs. */
export function startDevices(entry: string, setup: DevicesSetup): DevicesProcess {
  const child = startChild(entry, setup);
  let figures: DevicesFigures | undefined;
  child.on('message', (message) => {
    ({ figures } = message as DevicesMessage);
  });
  const done = messageFrom<DevicesMessage>(
    child,
    'the process of the devices',
    ({ kind }) => kind === 'done',
  );
  const failed = done.then(
    () => new Promise<never>(() => {}),
    (error: unknown) => {
      throw error;
    },
  );
  // Whoever is not interested need not handle it.
  failed.catch(() => {});
  return {
    get figures() {
      return figures;
    },
    failed,
    async stop() {
      const command: DevicesStop = { kind: 'stop' };
      // When they have ended, `done` says so.
      child.send(command, () => {});
      const timer = setTimeout(() => child.kill('SIGKILL'), STOPPING_MILLIS);
      return (await done.finally(() => clearTimeout(timer))) as Extract<DevicesMessage, { kind: 'done' }>;
    },
    kill: () => endChild(child),
  };
}
