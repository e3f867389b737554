import { GROUPS } from '../groups.ts';
import type { Group } from '../results.ts';

/** Measures one part of the benchmark, and sends what it finds. */
await GROUPS[process.argv[2] as Group]((finding) => void process.send?.(finding));
process.disconnect();
