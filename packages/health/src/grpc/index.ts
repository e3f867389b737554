export { addHealthService } from './add-health-service.ts';
export type { GrpcServer, HealthServiceOptions } from './options.ts';
