import { type FastifyInstance, fastify } from 'fastify';
import type { Order } from '../order.ts';
import { onEachRequest } from './request-hook.ts';
import type { Shop } from './shop.ts';
import type { Telemetry } from './telemetry.ts';

const TEXT = { type: 'string', minLength: 1, maxLength: 64 };
const NUMBER = { type: 'number' };

// Fastify's documented way: the schemas are compiled into a validator and a serialiser.
const BODY = {
  type: 'object',
  required: ['region', 'plan', 'category', 'currency', 'customer', 'lines'],
  properties: {
    region: TEXT,
    plan: TEXT,
    category: TEXT,
    currency: { type: 'string', enum: ['EUR', 'USD'] },
    customer: TEXT,
    lines: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['sku', 'quantity'],
        properties: { sku: TEXT, quantity: { type: 'integer', minimum: 1 } },
      },
    },
  },
};
const RECEIPT = {
  type: 'object',
  properties: {
    number: NUMBER,
    currency: TEXT,
    net: NUMBER,
    tax: NUMBER,
    total: NUMBER,
    lines: {
      type: 'array',
      items: {
        type: 'object',
        properties: { sku: TEXT, quantity: NUMBER, price: NUMBER, amount: NUMBER },
      },
    },
  },
};

/** The service under load. */
export interface Service {
  readonly app: FastifyInstance;
  /** Orders placed so far. */
  readonly served: number;
  /** Whether its telemetry is told of anything; plugins are, whatever this says. */
  isRecording: boolean;
}

/** One route, with a body to parse and check, some work, and an answer to write; the same for every contender. */
export async function createService(telemetry: Telemetry, shop: Shop): Promise<Service> {
  const { install, requestDone, wrap, orderPlaced } = telemetry;
  const app = fastify();
  let served = 0;
  let isRecording = true;
  await install?.(app);
  if (requestDone !== undefined) onEachRequest(app, () => isRecording, requestDone);
  const wrapped = wrap?.(shop.place) ?? shop.place;
  app.post<{ Body: Order; Params: { store: string } }>(
    '/stores/:store/orders',
    { schema: { body: BODY, response: { 201: RECEIPT } } },
    async ({ body }, reply) => {
      const receipt = await (isRecording ? wrapped : shop.place)(body);
      if (isRecording) orderPlaced?.(body, receipt);
      served++;
      reply.code(201);
      return receipt;
    },
  );
  return {
    app,
    get served(): number {
      return served;
    },
    get isRecording(): boolean {
      return isRecording;
    },
    set isRecording(is) {
      isRecording = is;
    },
  };
}
