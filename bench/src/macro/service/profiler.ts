import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';

/** Time between two samples: fine enough for calls of a microsecond to show in some seconds. */
const INTERVAL_MICROS = 200;

/** Profiles this process. Returns the function that ends it and gives the profile. */
export async function startProfiler(): Promise<() => Promise<Profiler.Profile>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_MICROS });
  await session.post('Profiler.start');
  return async () => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    return profile;
  };
}
