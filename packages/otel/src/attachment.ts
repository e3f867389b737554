import { type MeterProvider, within } from '@org/instrument-core';
import { type ApiCopyWatch, watchApiCopies } from './api-copies.ts';
import { isPushed, isServed } from './asked-for.ts';
import { catchSdkFaults, fault } from './diagnostics.ts';
import type { OtelExtension } from './extension.ts';
import type { ServedEndpoint } from './keep-listening.ts';
import type { OtelOptions } from './options.ts';
import type { PushReader } from './push-readers.ts';
import type { ResourceOnDemand } from './resource-on-demand.ts';

/** Longest wait for attributes of the resource that take their time: files are read, and on some systems programs run. */
const MAX_DETECTION_MILLIS = 1_000;

/** What reads the meter provider: servers and readers, loaded when they are asked for. */
export interface Attachment {
  /** Resolves, and never rejects, when all is attached and listens, and the attributes of the resource are known, or could not. */
  readonly ready: Promise<void>;
  /** Whether readers are there, if any are asked for; before that they cannot be asked for what is left. */
  readonly isComplete: boolean;
  readonly prometheus: ServedEndpoint | undefined;
  readonly routes: ServedEndpoint | undefined;
  readonly readers: readonly PushReader[];
  /** Looks for other copies of the API that were loaded meanwhile. */
  checkApiCopies(): void;
}

/** Attaches what the options ask for, in a later turn. Once `stop` is aborted, nothing more is begun. */
export function attach(
  options: OtelOptions,
  extension: OtelExtension,
  provider: MeterProvider,
  resource: ResourceOnDemand,
  stop: AbortSignal,
): Attachment {
  let isComplete = false;
  let prometheus: ServedEndpoint | undefined;
  let routes: ServedEndpoint | undefined;
  let readers: PushReader[] = [];
  let apiCopies: ApiCopyWatch | undefined;
  stop.addEventListener('abort', () => apiCopies?.stop(), { once: true });

  async function serve(): Promise<void> {
    const extra = await extension.routes?.().catch((error: unknown) => fault('routes', error));
    if (isServed(options)) {
      const { startPrometheusEndpoint } = await import('./prometheus-endpoint.ts');
      catchSdkFaults();
      const own = typeof options.prometheus === 'object' ? options.prometheus : {};
      const shared = (extension.routesAddress === undefined && extra) || undefined;
      if (!stop.aborted) prometheus = startPrometheusEndpoint(own, resource.get(), provider, shared);
      if (shared !== undefined) routes = prometheus;
    }
    if (extra && routes === undefined) {
      const { startRoutesEndpoint } = await import('./routes-endpoint.ts');
      if (stop.aborted) return;
      routes = startRoutesEndpoint(extra, extension.routesAddress ?? {}, extension.routesSetBy);
    }
  }

  async function push(): Promise<void> {
    if (!isPushed(options, extension)) return;
    const { startPushReaders } = await import('./push-readers.ts');
    catchSdkFaults();
    if (stop.aborted) return;
    readers = await startPushReaders(options, resource.get(), provider, stop, extension.exporters);
    // Shutdown did not wait for them any longer.
    if (stop.aborted) for (const reader of readers) await reader.shutdown();
  }

  async function start(): Promise<void> {
    // After the caller's turn: `register` has put its hooks on the loader by then. What Node.js 24 begins to load before,
    // `node:http` among it, the hooks never see.
    await undefined;
    await serve();
    await push();
    isComplete = true;
    const known = within(resource.whenKnown(), MAX_DETECTION_MILLIS, () => {});
    await Promise.all([prometheus?.ready, routes?.ready, known]);
    if (!stop.aborted) apiCopies = watchApiCopies();
  }

  const ready = start().catch((error: unknown) => {
    isComplete = true;
    fault('start', error);
  });
  return {
    ready,
    get isComplete() {
      return isComplete;
    },
    get prometheus() {
      return prometheus;
    },
    get routes() {
      return routes;
    },
    get readers() {
      return readers;
    },
    checkApiCopies: () => apiCopies?.check(),
  };
}
