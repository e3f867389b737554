import { createRequire } from 'node:module';

/**
 * Packages of the SDK that are needed at once when they are needed, and by most processes never or late: with what they bring along
 * they are most of a cold start. This is `#sdk` in Node.js itself (decision 025); bundlers follow imports only, and get `bundled.ts`.
 */
const require = createRequire(import.meta.url);

export const sdkCore = (): typeof import('@opentelemetry/core') => require('@opentelemetry/core');

export const sdkResources = (): typeof import('@opentelemetry/resources') =>
  require('@opentelemetry/resources');

export const sdkContainerDetector = (): typeof import('@opentelemetry/resource-detector-container') =>
  require('@opentelemetry/resource-detector-container');

export const sdkTraceNode = (): typeof import('@opentelemetry/sdk-trace-node') =>
  require('@opentelemetry/sdk-trace-node');

export const sdkOtlpExporter = (): typeof import('@opentelemetry/otlp-exporter-base') =>
  require('@opentelemetry/otlp-exporter-base');

export const sdkOtlpTransformer = (): typeof import('@opentelemetry/otlp-transformer') =>
  require('@opentelemetry/otlp-transformer');

// The package hands out bytes only. Its version is exact, and so are its files.
export const sdkOtlpCommon = (): typeof import('@opentelemetry/otlp-transformer/build/src/common/utils.js') =>
  require('@opentelemetry/otlp-transformer/build/src/common/utils.js');

export const sdkOtlpMetrics =
  (): typeof import('@opentelemetry/otlp-transformer/build/src/metrics/internal.js') =>
    require('@opentelemetry/otlp-transformer/build/src/metrics/internal.js');

export const sdkOtlpTraces =
  (): typeof import('@opentelemetry/otlp-transformer/build/src/trace/internal.js') =>
    require('@opentelemetry/otlp-transformer/build/src/trace/internal.js');

/** File of the `@opentelemetry/api` that is used here; `undefined` in a bundle. */
export const apiFile = (): string | undefined => require.resolve('@opentelemetry/api');

/** Files that were loaded as CommonJS. */
export const loadedFiles = (): readonly string[] => Object.keys(require.cache);

/** Version of this package. */
export const ownVersion = (): string =>
  // By our own name: what is built does not stand where its source does.
  (require('@org/instrument-otel/package.json') as { version: string }).version;
