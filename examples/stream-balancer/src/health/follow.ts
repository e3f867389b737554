import type { Health, StatusChangedEvent } from '@org/instrument-health';

/** Whether the instance is ready, from then on. */
export interface ReadinessChange {
  /** Unix time in milliseconds. */
  readonly timestampMillis: number;
  readonly isReady: boolean;
  /** Where to look, as health says. */
  readonly rootCauses: readonly string[];
  /** Why it is as it is, when that is not plain from the checks: draining. */
  readonly reason: string | undefined;
}

/** What is told of health. */
export interface HealthFollower {
  /** A component that is not `usable` any more: nothing is to be sent there. */
  onDown(name: string, event: StatusChangedEvent): void;
  /** A component that is healthy or degraded again. */
  onUp(name: string): void;
  /** The instance is ready, or no longer. */
  onReadiness(change: ReadinessChange): void;
}

/** Tells of components that go down and come back, and of readiness, until the signal aborts. */
export async function followHealth(
  health: Health,
  follower: HealthFollower,
  signal: AbortSignal,
): Promise<void> {
  const down = new Set<string>();
  let version: number | undefined;
  let isReady: boolean | undefined;
  for await (const event of health.watch({ signal })) {
    // What has happened until now is still in the queue.
    if (signal.aborted) return;
    if (event.name === 'health.status.changed') tellChange(event.payload, down, follower);
    if (health.version === version) continue;
    version = health.version;
    const { passes, rootCauses, reason } = health.report({ probe: 'readiness' });
    if (passes === isReady) continue;
    isReady = passes;
    follower.onReadiness({ timestampMillis: Date.now(), isReady, rootCauses, reason });
  }
}

function tellChange(event: StatusChangedEvent, down: Set<string>, { onDown, onUp }: HealthFollower): void {
  const { check, to } = event;
  if (check === undefined) return;
  if (to === 'unhealthy') {
    down.add(check);
    onDown(check, event);
  } else if (down.delete(check)) onUp(check);
}
