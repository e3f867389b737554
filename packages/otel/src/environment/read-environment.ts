import type { Problem } from '@org/instrument-core';
import type { OtelOptions, ResourceDetectorName } from '../options.ts';
import { DETECTOR_NAMES } from '../resource.ts';
import { type Draft, readVariable, setOption, warnUnused } from './draft.ts';
import { applyExporters } from './exporters.ts';
import { parseResourceAttributes } from './parse-pairs.ts';
import { choiceListParser, parseBoolean, parseRatio } from './parse-values.ts';
import { VARIABLES } from './variables.ts';
import { warnWithoutEffect } from './without-effect.ts';

/** What the `OTEL_*` variables say. */
export interface EnvironmentReading {
  readonly options: OtelOptions;
  /** `OTEL_SDK_DISABLED` is true. */
  readonly disabled: boolean;
  /** What could not be understood, and was ignored; `source` is the variable. */
  readonly warnings: readonly Problem[];
  /** Variable that said the option of each path: `{ 'otlp.endpoint': 'OTEL_EXPORTER_OTLP_ENDPOINT' }`. */
  readonly sources: Readonly<Record<string, string>>;
}

const NOT_BY_NAME = 'It is not offered by name: pass a propagator in code, as propagators.';
const parsePropagators = choiceListParser(['tracecontext', 'baggage'], {
  b3: NOT_BY_NAME,
  b3multi: NOT_BY_NAME,
  jaeger: NOT_BY_NAME,
  xray: NOT_BY_NAME,
  ottrace: NOT_BY_NAME,
});

const BY_DETECTOR = 'It is not offered by name: pass its detector in code, as resourceDetectors.';
const parseDetectors = choiceListParser<ResourceDetectorName | 'env' | 'all'>(
  [...DETECTOR_NAMES, 'env', 'all'],
  { alibaba: BY_DETECTOR, aws: BY_DETECTOR, azure: BY_DETECTOR, gcp: BY_DETECTOR },
);

/**
 * Reads the standard `OTEL_*` variables, with the parsing rules of the OpenTelemetry environment variable
 * specification: an empty variable is unset, and one that cannot be understood is ignored with a warning.
 * Never throws.
 */
export function readEnvironment(env: NodeJS.ProcessEnv): EnvironmentReading {
  const draft: Draft = { env, options: {}, warnings: [], sources: {} };
  readResource(draft);
  for (const { name, path, parse } of VARIABLES) {
    const value = readVariable(draft, name, path, parse);
    if (value !== undefined) setOption(draft, path, value, name);
  }
  readSamplerArgument(draft);
  const propagators = readVariable(draft, 'OTEL_PROPAGATORS', 'propagators', parsePropagators);
  if (propagators !== undefined) setOption(draft, 'propagators', propagators, 'OTEL_PROPAGATORS');
  readDetectors(draft);
  applyExporters(draft);
  warnWithoutEffect(draft);
  const disabled = readVariable(draft, 'OTEL_SDK_DISABLED', 'mode', parseBoolean) ?? false;
  const { options, warnings, sources } = draft;
  return { options, disabled, warnings, sources };
}

/** `service.name` becomes `serviceName`, which `OTEL_SERVICE_NAME`, read later, replaces. */
function readResource(draft: Draft): void {
  const name = 'OTEL_RESOURCE_ATTRIBUTES';
  const read = readVariable(draft, name, 'attributes', parseResourceAttributes);
  if (read === undefined) return;
  const { 'service.name': serviceName, ...attributes } = read;
  if (serviceName) setOption(draft, 'serviceName', serviceName, name);
  if (Object.keys(attributes).length > 0) setOption(draft, 'attributes', attributes, name);
}

/** As the auto-instrumentations of OpenTelemetry read it: `all`, `none`, or a list. What `env` stands for is read in any case. */
function readDetectors(draft: Draft): void {
  const name = 'OTEL_NODE_RESOURCE_DETECTORS';
  const words = readVariable(draft, name, 'resourceDetectors', parseDetectors);
  if (words === undefined || words.includes('all')) return;
  setOption(
    draft,
    'resourceDetectors',
    DETECTOR_NAMES.filter((detector) => words.includes(detector)),
    name,
  );
}

/** The argument counts only beside a sampler that takes one (specification, "General SDK Configuration"). */
function readSamplerArgument(draft: Draft): void {
  const name = 'OTEL_TRACES_SAMPLER_ARG';
  const path = 'traces.ratio';
  if (!draft.env[name]?.trim()) return;
  const traces = draft.options.traces;
  const sampler = typeof traces === 'object' ? traces.sampler : undefined;
  if (sampler !== 'traceidratio' && sampler !== 'parentbased_traceidratio') {
    warnUnused(
      draft,
      name,
      path,
      'OTEL_TRACES_SAMPLER to be traceidratio or parentbased_traceidratio beside it',
    );
    return;
  }
  const ratio = readVariable(draft, name, path, parseRatio);
  if (ratio !== undefined) setOption(draft, path, ratio, name);
}
