import type { FastifyInstance } from 'fastify';
import type { Order } from '../order.ts';
import type { RequestLabels } from './request-hook.ts';
import type { Receipt, Shop } from './shop.ts';

/** What a contender adds to the service; `bare` adds nothing. */
export interface Telemetry {
  /** Where it is scraped. */
  readonly metricsUrl?: string;
  /** Adds its plugin, before the routes. */
  install?(app: FastifyInstance): Promise<void>;
  /** Records a request that was answered, where no plugin does. */
  requestDone?(labels: RequestLabels, seconds: number): void;
  /** Wraps the function that does the work. */
  wrap?(place: Shop['place']): Shop['place'];
  /** Records an order that was placed: two counters and a histogram. */
  orderPlaced?(order: Order, receipt: Receipt): void;
}

/** What a contender is started with. */
export interface Surroundings {
  /** A free port of the loopback interface for its `/metrics`. */
  readonly metricsPort: number;
  /** Base URL of an OTLP/HTTP receiver, for those that are traced. */
  readonly otlp: string;
  readonly isTraced: boolean;
  readonly isDecorated: boolean;
}

/** A module of `contenders/`. */
export interface ContenderModule {
  start(surroundings: Surroundings): Promise<Telemetry>;
}
