import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { KernelFiles } from './reading/kernel-files.ts';
import type { Settings } from './settings.ts';

/** What the groups are made with. */
export interface GroupContext {
  readonly meter: Meter;
  readonly settings: Settings;
  /** Those that are read in every collection. Who started the groups closes them. */
  readonly files: KernelFiles;
}

/** Metrics that come from one place. */
export interface Group {
  readonly observables: readonly Observable[];
  /** Tells the values as they are; what it throws is reported, and what it told before that counts. */
  observe(result: BatchObservableResult): void | Promise<void>;
  /** Ends what runs between collections. */
  stop?(): void;
}

/** Makes a group. Throws when the platform does not tell what it needs. */
export type CreateGroup = (context: GroupContext) => Group;
