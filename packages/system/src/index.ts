export type { BuildOptions, SystemMetricsOptions, SystemOptions } from './options.ts';
export { type SystemMetrics, startSystemMetrics } from './start-system-metrics.ts';
