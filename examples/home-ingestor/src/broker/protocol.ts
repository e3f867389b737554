/** What the broker's process is told. */
export type BrokerCommand =
  /** Cuts all connections, listens to nobody for a while, and then listens again, with all sessions. */
  { readonly kind: 'restart'; readonly downMillis: number } | { readonly kind: 'stop' };

/** What it tells. */
export type BrokerMessage = { readonly kind: 'listening'; readonly port: number };
