import type { Attributes } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { sdkContainerDetector, sdkResources } from '#sdk';
import type { OtelOptions } from './options.ts';

/** Detected attributes that are left out: a command line often carries secrets, and `/metrics` would show them. */
const LEFT_OUT = new Set(['process.command_args', 'process.command_line', 'process.command']);

/**
 * The resource of the process: what the SDK's detectors find (host, operating system, process, container, service
 * instance), then the user's attributes, then the named options. Some detected attributes arrive later.
 */
export function createResource(options: OtelOptions): Resource {
  const {
    defaultResource,
    detectResources,
    hostDetector,
    osDetector,
    processDetector,
    resourceFromAttributes,
    serviceInstanceIdDetector,
  } = sdkResources();
  const { containerDetector } = sdkContainerDetector();
  const detected = detectResources({
    detectors: [hostDetector, osDetector, processDetector, containerDetector, serviceInstanceIdDetector].map(
      (detector) => ({
        detect: (config) => {
          const { attributes = {} } = detector.detect(config);
          return {
            attributes: Object.fromEntries(Object.entries(attributes).filter(([key]) => !LEFT_OUT.has(key))),
          };
        },
      }),
    ),
  });
  return defaultResource()
    .merge(detected)
    .merge(resourceFromAttributes(givenAttributes(options)));
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
