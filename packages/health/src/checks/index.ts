export { type BacklogCheckOptions, backlogCheck } from './backlog-check.ts';
export { type CacheCheckOptions, type CacheLike, cacheCheck } from './cache-check.ts';
export type { CacheStats } from './cache-hits.ts';
export { type CircuitReading, circuitBreakerCheck } from './circuit-breaker-check.ts';
export type { BreakerState, OpossumShape, StatefulShape } from './circuit-state.ts';
export { type ConsistencyCheckOptions, consistencyCheck } from './consistency-check.ts';
export { type DiskSpaceCheckOptions, diskSpaceCheck } from './disk-space-check.ts';
export { type DnsCheckOptions, dnsCheck } from './dns-check.ts';
export type { DnsRecordType } from './dns-records.ts';
export { type EventLoopCheck, type EventLoopCheckOptions, eventLoopCheck } from './event-loop-check.ts';
export { type FileDescriptorCheckOptions, fileDescriptorCheck } from './file-descriptor-check.ts';
export { type FreshnessCheckOptions, freshnessCheck } from './freshness-check.ts';
export { type HttpCheckOptions, httpCheck } from './http-check.ts';
export { type MemoryCheckOptions, memoryCheck } from './memory-check.ts';
export type { MissingOptions } from './metric/missing.ts';
export type { MetricField, MetricSelector, MetricSource } from './metric/source.ts';
export { type PoolCheckOptions, poolCheck } from './pool-check.ts';
export type {
  GenericPoolShape,
  KnexShape,
  KnownPool,
  PgPoolShape,
  PoolFigures,
  TarnPoolShape,
} from './pool-figures.ts';
export { type PostgresCheckOptions, postgresCheck, type Queryable } from './postgres-check.ts';
export {
  type RateLimiterCheckOptions,
  type RateLimiterFigures,
  rateLimiterCheck,
} from './rate-limiter-check.ts';
export { type RedisCheckOptions, type RedisPingable, redisCheck } from './redis-check.ts';
export { slaCheck } from './sla-check.ts';
export type { SlaCheckOptions } from './sla-options.ts';
export { type TcpCheckOptions, tcpCheck } from './tcp-check.ts';
export { type ThroughputCheckOptions, throughputCheck } from './throughput-check.ts';
export { type UptimeCheckOptions, uptimeCheck } from './uptime-check.ts';
