import type { Resource } from '@opentelemetry/resources';
import type { OtelOptions } from './options.ts';
import { createResource } from './resource.ts';

/** The resource, detected when it is first asked for: where nothing is exported, nobody does. */
export interface ResourceOnDemand {
  get(): Resource;
  /** Resolves when the attributes are known that take their time; at once while nobody has asked for it. */
  whenKnown(): Promise<void>;
}

export function resourceOnDemand(options: OtelOptions): ResourceOnDemand {
  let detected: Resource | undefined;
  return {
    get() {
      if (detected === undefined) {
        detected = createResource(options);
        // Asked for now: otherwise the first export would be the first to wait, and what reads them before it sees them never.
        void detected.waitForAsyncAttributes?.();
      }
      return detected;
    },
    whenKnown: async () => detected?.waitForAsyncAttributes?.(),
  };
}
