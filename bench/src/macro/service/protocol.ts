import type { Profiler } from 'node:inspector';
import type { Contender } from '../contenders.ts';
import type { Turn, Usage } from './meter.ts';

/** What a service is started with, as JSON in its first argument. */
export interface ServiceSetup {
  readonly contender: Contender;
  readonly otlp: string;
  /** URL of the data base that it keeps its orders in; without one it keeps none. */
  readonly postgres: string | undefined;
}

/** What the parent asks for: to measure and to stop, or turns; to end the service it disconnects. */
export type ServiceRequest =
  | { readonly kind: 'measure'; readonly isProfiled: boolean }
  | { readonly kind: 'stop' }
  | { readonly kind: 'turn'; readonly isRecording: boolean };

/** What the service says: that it listens, that it measures, what it has used, and the turn that is over. */
export type ServiceMessage =
  | { readonly kind: 'ready'; readonly url: string; readonly metricsUrl: string | undefined }
  | { readonly kind: 'measuring' }
  | { readonly kind: 'usage'; readonly usage: Usage; readonly profile: Profiler.Profile | undefined }
  | { readonly kind: 'turn'; readonly turn: Turn };
