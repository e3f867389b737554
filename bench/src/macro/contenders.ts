/** What is measured: each name is a file of `contenders/`, or one of them with other settings. */
export type ContenderName =
  | 'bare'
  | 'control'
  | 'sdk-node'
  | 'prom-client'
  | 'instrument'
  | 'instrument-by-hand'
  | 'instrument-decorated'
  | 'sdk-node-traced'
  | 'instrument-traced';

/** One service under load. */
export interface Contender {
  readonly name: ContenderName;
  /** As the tables call it. */
  readonly label: string;
  /** Module of `contenders/` that starts its telemetry. */
  readonly module: 'bare' | 'sdk-node' | 'prom-client' | 'instrument' | 'instrument-by-hand';
  /** Spans for every request, sent by OTLP. */
  readonly isTraced?: boolean;
  /** The function that does the work is wrapped by `instrumentFunction`. */
  readonly isDecorated?: boolean;
  /** Its telemetry can be left out while it runs: no plugin records what it likes. */
  readonly canTakeTurns?: boolean;
}

const INSTRUMENTATIONS = 'instrumentation-http and @fastify/otel';

/** All of them; `control` is `bare` once more, so that what the two differ by is the noise. */
export const CONTENDERS: readonly Contender[] = [
  { name: 'bare', label: 'bare', module: 'bare' },
  { name: 'control', label: 'bare again: the noise', module: 'bare', canTakeTurns: true },
  { name: 'sdk-node', label: `sdk-node, ${INSTRUMENTATIONS}`, module: 'sdk-node' },
  { name: 'prom-client', label: 'prom-client, by hand', module: 'prom-client', canTakeTurns: true },
  { name: 'instrument', label: `ours, ${INSTRUMENTATIONS}`, module: 'instrument' },
  {
    name: 'instrument-by-hand',
    label: 'ours, by hand as prom-client',
    module: 'instrument-by-hand',
    canTakeTurns: true,
  },
  {
    name: 'instrument-decorated',
    label: 'ours, one decorated function instead',
    module: 'instrument',
    isDecorated: true,
    canTakeTurns: true,
  },
  {
    name: 'sdk-node-traced',
    label: 'sdk-node, and every request traced',
    module: 'sdk-node',
    isTraced: true,
  },
  {
    name: 'instrument-traced',
    label: 'ours, and every request traced',
    module: 'instrument',
    isTraced: true,
  },
];
