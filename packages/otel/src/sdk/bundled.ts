import * as core from '@opentelemetry/core';
import * as otlpExporter from '@opentelemetry/otlp-exporter-base';
import * as otlpTransformer from '@opentelemetry/otlp-transformer';
import * as otlpCommon from '@opentelemetry/otlp-transformer/build/src/common/utils.js';
import * as otlpMetrics from '@opentelemetry/otlp-transformer/build/src/metrics/internal.js';
import * as otlpTraces from '@opentelemetry/otlp-transformer/build/src/trace/internal.js';
import * as containerDetector from '@opentelemetry/resource-detector-container';
import * as resources from '@opentelemetry/resources';
import * as traceNode from '@opentelemetry/sdk-trace-node';
import type * as onDemand from './on-demand.ts';
// For those who copy the files that an application needs, and know no `node-addons`: where the copy runs, Node has it.
import './on-demand.ts';

// What `#sdk` is to bundlers: the same packages, imported, so that they are in the bundle.

export const sdkCore: typeof onDemand.sdkCore = () => core;
export const sdkResources: typeof onDemand.sdkResources = () => resources;
export const sdkContainerDetector: typeof onDemand.sdkContainerDetector = () => containerDetector;
export const sdkTraceNode: typeof onDemand.sdkTraceNode = () => traceNode;
export const sdkOtlpExporter: typeof onDemand.sdkOtlpExporter = () => otlpExporter;
export const sdkOtlpTransformer: typeof onDemand.sdkOtlpTransformer = () => otlpTransformer;
export const sdkOtlpCommon: typeof onDemand.sdkOtlpCommon = () => otlpCommon;
export const sdkOtlpMetrics: typeof onDemand.sdkOtlpMetrics = () => otlpMetrics;
export const sdkOtlpTraces: typeof onDemand.sdkOtlpTraces = () => otlpTraces;

// In a bundle there is one copy of the API, and it has no file.
export const apiFile: typeof onDemand.apiFile = () => undefined;
export const loadedFiles: typeof onDemand.loadedFiles = () => [];

declare const PACKAGE_VERSION: string;

/** Filled in when this package is built: a bundle has no `package.json`. */
export const ownVersion: typeof onDemand.ownVersion = () => PACKAGE_VERSION;
