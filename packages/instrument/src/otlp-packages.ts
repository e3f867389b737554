import type { Problem } from '@org/instrument-core';
import { missingOtlpPackages, type OtelOptions } from '@org/instrument-otel';

/** Options that the installed packages can serve, and what they cannot. */
export interface OtlpPackages<Options> {
  readonly options: Options;
  /** Asked for by code or by the file. */
  readonly problems: readonly Problem[];
  /** Asked for by variables, and left out. */
  readonly warnings: readonly Problem[];
}

/**
 * Looks whether the packages of the OTLP protocols asked for are installed. A variable never stops a process, since it may
 * be there for others: a protocol that only a variable asks for is left out, which leaves the default.
 *
 * @param sources where each option was said, by its path.
 */
export function checkOtlpPackages<Options extends OtelOptions>(
  options: Options,
  sources: Readonly<Record<string, string>>,
): OtlpPackages<Options> {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  let fitted = options;
  for (const missing of missingOtlpPackages(options)) {
    const source = sources[missing.path];
    if (source?.startsWith('OTEL_')) {
      fitted = withoutProtocol(fitted, missing.path);
      warnings.push({ ...missing, source, fix: `${missing.fix}. Until then it goes as http/protobuf.` });
    } else {
      problems.push({ ...missing, ...(source === undefined || source === 'code' ? {} : { source }) });
    }
  }
  return { options: fitted, problems, warnings };
}

function withoutProtocol<Options extends OtelOptions>(options: Options, path: string): Options {
  if (typeof options.otlp !== 'object') return options;
  const otlp = { ...options.otlp };
  if (path === 'otlp.protocol') delete otlp.protocol;
  for (const signal of ['metrics', 'traces'] as const) {
    const own = otlp[signal];
    if (!own || path !== `otlp.${signal}.protocol`) continue;
    const { protocol, ...rest } = own;
    otlp[signal] = rest;
  }
  return { ...options, otlp };
}
