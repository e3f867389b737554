import type { ContenderModule } from '../service/telemetry.ts';

/** No telemetry at all. */
export const start: ContenderModule['start'] = async () => ({});
