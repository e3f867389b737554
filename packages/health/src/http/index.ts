export { createHealthFetch } from './fetch-handler.ts';
export {
  createHealthHandler,
  createHealthRoutes,
  type HealthHandler,
  type HealthRoutes,
} from './node-handler.ts';
export type { AuthorizeRequest, HealthHttpOptions, HealthPaths } from './options.ts';
