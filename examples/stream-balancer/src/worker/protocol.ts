/** Where a worker takes streams and answers heartbeats, both on the loopback interface. */
export interface WorkerAddress {
  readonly streamPort: number;
  readonly healthPort: number;
}

/** What a worker process tells the orchestrator, once: it serves. */
export interface WorkerReady extends WorkerAddress {
  readonly kind: 'ready';
}
