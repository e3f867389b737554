/**
 * The fields of the Elastic Common Schema that we use, with their types (github.com/elastic/ecs,
 * generated/elasticsearch/composable/component: base, data_stream, ecs, event, host, log, service, tracing).
 */
const FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  '@timestamp': (value) => typeof value === 'string' && new Date(value).toISOString() === value,
  message: isText,
  'ecs.version': (value) => typeof value === 'string' && /^\d+\.\d+\.\d+$/.test(value),
  'log.level': (value) => ['info', 'warning', 'error', 'critical'].includes(value as string),
  'data_stream.type': (value) => value === 'logs',
  'data_stream.dataset': isKeyword,
  'data_stream.namespace': isKeyword,
  'event.id': isText,
  // Expected values of event.kind.
  'event.kind': (value) =>
    ['alert', 'asset', 'enrichment', 'event', 'metric', 'pipeline_error', 'signal', 'state'].includes(
      value as string,
    ),
  'event.module': isKeyword,
  'event.dataset': isKeyword,
  'event.action': isText,
  'event.severity': (value) => Number.isInteger(value),
  'event.reason': isText,
  'event.original': isText,
  'service.name': isText,
  'service.version': isText,
  'service.environment': isText,
  'service.node.name': isText,
  'host.name': isText,
  'host.hostname': isText,
  'trace.id': isText,
  'span.id': isText,
};
const REQUIRED = ['@timestamp', 'ecs.version', 'message', 'event.kind'];
/** Nested only below our own name, which the schema leaves to us. */
const OWN = /^(?:labels\.[^.]+|instrument\.payload(?:\..*)?)$/s;

/** What is wrong with a document by the schema. */
export function ecsProblems(document: object): string[] {
  const flat = [...flatten(document, '')];
  const names = flat.map(([name]) => name);
  return [
    ...REQUIRED.filter((name) => !names.includes(name)).map((name) => `${name} is missing`),
    ...flat.flatMap(([name, value]) => {
      if (OWN.test(name))
        return name.startsWith('labels.') && typeof value !== 'string' ? [`${name} is no keyword`] : [];
      const check = FIELDS[name];
      if (check === undefined) return [`${name} is no field of the schema`];
      return check(value) ? [] : [`${name} is ${JSON.stringify(value)?.slice(0, 100)}`];
    }),
  ];
}

function* flatten(value: object, prefix: string): Generator<readonly [string, unknown]> {
  for (const [key, inner] of Object.entries(value)) {
    const name = `${prefix}${key}`;
    if (name === 'instrument.payload') yield [name, inner];
    else if (typeof inner === 'object' && inner !== null) yield* flatten(inner, `${name}.`);
    else yield [name, inner];
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isKeyword(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= 1_024;
}
