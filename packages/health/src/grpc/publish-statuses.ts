import type { HealthImplementation, ServingStatus } from 'grpc-health-check';
import type { GrpcServer } from './options.ts';

/** The statuses that a server publishes. */
export interface PublishedStatuses {
  /** The services there are, and how each stands; streams hear of what has changed, others are unknown from now on. */
  update(statuses: ReadonlyMap<string, ServingStatus>): void;
  /** All are `NOT_SERVING` from now on. */
  end(): void;
}

/** Handlers as the package gives them to a server. */
interface Handlers {
  check(call: { request: { service: string } }, callback: Callback): void;
  list(call: unknown, callback: Callback<{ statuses: Record<string, unknown> }>): void;
}

type Callback<Value = unknown> = (error: unknown, value?: Value | null) => void;

/** `NOT_FOUND` of the status codes of gRPC. */
const NOT_FOUND = 5;
/** What a stream is told of a service that does not exist; the types of the package leave it to the package. */
const SERVICE_UNKNOWN = 'SERVICE_UNKNOWN' as ServingStatus;

/**
 * Adds the package's service to a server. The package cannot forget a service: here one that is gone is `NOT_FOUND`
 * and is not listed. `prepare` is called before a status is told to a caller.
 */
export function publishStatuses(
  server: GrpcServer,
  implementation: HealthImplementation,
  prepare: () => void,
): PublishedStatuses {
  const published = new Map<string, ServingStatus>();
  let isOver = false;

  const layered = (handlers: Handlers): Handlers => ({
    ...handlers,
    check: (call, callback) => {
      prepareOnce();
      const { service } = call.request;
      if (published.has(service)) handlers.check(call, callback);
      else callback({ code: NOT_FOUND, details: `Health status unknown for service ${service}` });
    },
    list: (call, callback) => {
      prepareOnce();
      handlers.list(call, (error, value) => callback(error, value && { statuses: known(value.statuses) }));
    },
  });

  const prepareOnce = (): void => {
    if (!isOver) prepare();
  };

  const known = (statuses: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(statuses).filter(([service]) => published.has(service)));

  const set = (service: string, status: ServingStatus): void => {
    if (published.get(service) === status) return;
    published.set(service, status);
    implementation.setStatus(service, status);
  };

  implementation.addToServer({
    addService: (service, handlers) =>
      server.addService(service as never, layered(handlers as unknown as Handlers) as never),
  });
  return {
    update: (statuses) => {
      if (isOver) return;
      for (const [service, status] of statuses) set(service, status);
      for (const service of [...published.keys()]) {
        if (statuses.has(service)) continue;
        published.delete(service);
        implementation.setStatus(service, SERVICE_UNKNOWN);
      }
    },
    end: () => {
      isOver = true;
      for (const service of published.keys()) set(service, 'NOT_SERVING');
    },
  };
}
