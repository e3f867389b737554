import { createRequire } from 'node:module';

// A property: of a variable webpack would know what it holds, and warn.
const kept: { require?: NodeJS.Require } = {};

/**
 * Packages of the SDK that are needed at once when they are needed, and by most processes never or late: with what they bring along
 * they are most of a cold start. This is `#sdk` in Node.js itself (decision 025); bundlers follow imports only, and get `bundled.ts`.
 * Made when it is needed, too: a bundler that keeps this file, unused, may give it no address.
 */
const own = (): NodeJS.Require => {
  kept.require ??= createRequire(import.meta.url);
  return kept.require;
};

export const sdkCore = (): typeof import('@opentelemetry/core') => own()('@opentelemetry/core');

export const sdkResources = (): typeof import('@opentelemetry/resources') =>
  own()('@opentelemetry/resources');

export const sdkContainerDetector = (): typeof import('@opentelemetry/resource-detector-container') =>
  own()('@opentelemetry/resource-detector-container');

export const sdkTraceNode = (): typeof import('@opentelemetry/sdk-trace-node') =>
  own()('@opentelemetry/sdk-trace-node');

export const sdkOtlpExporter = (): typeof import('@opentelemetry/otlp-exporter-base') =>
  own()('@opentelemetry/otlp-exporter-base');

export const sdkOtlpTransformer = (): typeof import('@opentelemetry/otlp-transformer') =>
  own()('@opentelemetry/otlp-transformer');

// The package hands out bytes only. Its version is exact, and so are its files.
export const sdkOtlpCommon = (): typeof import('@opentelemetry/otlp-transformer/build/src/common/utils.js') =>
  own()('@opentelemetry/otlp-transformer/build/src/common/utils.js');

export const sdkOtlpMetrics =
  (): typeof import('@opentelemetry/otlp-transformer/build/src/metrics/internal.js') =>
    own()('@opentelemetry/otlp-transformer/build/src/metrics/internal.js');

export const sdkOtlpTraces =
  (): typeof import('@opentelemetry/otlp-transformer/build/src/trace/internal.js') =>
    own()('@opentelemetry/otlp-transformer/build/src/trace/internal.js');

/** File of the `@opentelemetry/api` that is used here; `undefined` in a bundle. */
export const apiFile = (): string | undefined => own().resolve('@opentelemetry/api');

/** Files that were loaded as CommonJS. */
export const loadedFiles = (): readonly string[] => Object.keys(own().cache);

/** Version of this package. */
export const ownVersion = (): string =>
  // By our own name: what is built does not stand where its source does.
  (own()('@org/instrument-otel/package.json') as { version: string }).version;
