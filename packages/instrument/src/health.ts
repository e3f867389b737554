export { createHealth, health } from '@org/instrument-health';
export {
  backlogCheck,
  cacheCheck,
  circuitBreakerCheck,
  consistencyCheck,
  diskSpaceCheck,
  dnsCheck,
  eventLoopCheck,
  fileDescriptorCheck,
  freshnessCheck,
  httpCheck,
  memoryCheck,
  poolCheck,
  postgresCheck,
  rateLimiterCheck,
  redisCheck,
  slaCheck,
  tcpCheck,
  throughputCheck,
  uptimeCheck,
} from '@org/instrument-health/checks';
export { createHealthFetch, createHealthHandler, createHealthRoutes } from '@org/instrument-health/http';
