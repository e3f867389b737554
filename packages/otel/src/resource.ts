import type { Attributes } from '@opentelemetry/api';
import type { Resource, ResourceDetector } from '@opentelemetry/resources';
import { sdkContainerDetector, sdkResources } from '#sdk';
import type { OtelOptions, ResourceDetectorName } from './options.ts';

/** In the order in which they are asked. */
export const DETECTOR_NAMES: readonly ResourceDetectorName[] = [
  'host',
  'os',
  'process',
  'container',
  'serviceinstance',
];

/** Detected attributes that are left out: a command line often carries secrets, and `/metrics` would show them. */
const LEFT_OUT = new Set(['process.command_args', 'process.command_line', 'process.command']);

/**
 * The resource of the process: what the detectors find, then the user's attributes, then the named options. Some detected
 * attributes arrive later.
 */
export function createResource(options: OtelOptions): Resource {
  const { defaultResource, detectResources, resourceFromAttributes } = sdkResources();
  const detectors = (options.resourceDetectors ?? DETECTOR_NAMES).map((detector) =>
    withoutCommandLine(typeof detector === 'string' ? detectorOf(detector) : detector),
  );
  return defaultResource()
    .merge(detectResources({ detectors }))
    .merge(resourceFromAttributes(givenAttributes(options)));
}

function detectorOf(name: ResourceDetectorName): ResourceDetector {
  const { hostDetector, osDetector, processDetector, serviceInstanceIdDetector } = sdkResources();
  switch (name) {
    case 'host':
      return hostDetector;
    case 'os':
      return osDetector;
    case 'process':
      return processDetector;
    case 'container':
      return sdkContainerDetector().containerDetector;
    case 'serviceinstance':
      return serviceInstanceIdDetector;
  }
}

function withoutCommandLine(detector: ResourceDetector): ResourceDetector {
  return {
    detect(config) {
      const { attributes = {} } = detector.detect(config);
      return {
        attributes: Object.fromEntries(Object.entries(attributes).filter(([key]) => !LEFT_OUT.has(key))),
      };
    },
  };
}

function givenAttributes({ serviceName, serviceVersion, environment, attributes }: OtelOptions): Attributes {
  return {
    ...attributes,
    ...(serviceName === undefined ? {} : { 'service.name': serviceName }),
    ...(serviceVersion === undefined ? {} : { 'service.version': serviceVersion }),
    ...(environment === undefined ? {} : { 'deployment.environment.name': environment }),
  };
}

/** The attributes that are there: the SDK says an error when somebody asks for all while one still waits. */
export function knownAttributes(resource: Resource): Attributes {
  const attributes: Attributes = {};
  for (const [key, value] of resource.getRawAttributes()) {
    if (typeof value !== 'object' || Array.isArray(value)) attributes[key] ??= value;
  }
  return attributes;
}

/**
 * Makes a resource do with the attributes that are there: what others wait for will not come any more. The SDK says an
 * error when somebody reads one that still waits.
 */
export function giveUpPending(resource: Resource): void {
  if (resource.asyncAttributesPending === true) {
    Object.defineProperty(resource, 'asyncAttributesPending', { value: false });
  }
}
