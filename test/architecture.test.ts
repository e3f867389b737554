import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Who may depend on whom among our packages (the table of docs/architecture.md). */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: [],
  otel: ['@org/instrument-core'],
  decorators: ['@org/instrument-core'],
  health: ['@org/instrument-core'],
  system: ['@org/instrument-core'],
  audit: ['@org/instrument-core'],
  statsd: ['@org/instrument-core'],
  channels: ['@org/instrument-core'],
  executions: ['@org/instrument-core'],
  instrument: [
    '@org/instrument-core',
    '@org/instrument-otel',
    '@org/instrument-decorators',
    '@org/instrument-health',
    '@org/instrument-system',
    '@org/instrument-audit',
    '@org/instrument-statsd',
    '@org/instrument-channels',
    '@org/instrument-executions',
  ],
};

/** Where an entry point is, by condition. */
type EntryPoint = Record<string, string>;

interface Manifest {
  readonly main: string;
  readonly types: string;
  readonly typesVersions?: { readonly '*': Record<string, readonly [string]> };
  readonly exports: Record<string, string | EntryPoint>;
  readonly publishConfig: { readonly exports: Record<string, string | EntryPoint> };
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>;
}

function manifestOf(name: string): Manifest {
  return JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as Manifest;
}

describe('the packages', () => {
  it('depend on each other only as the table says', () => {
    const packages = readdirSync(join(root, 'packages'));
    expect(packages.sort()).toEqual(Object.keys(ALLOWED).sort());
    for (const name of packages) {
      const ours = Object.keys(manifestOf(name).dependencies ?? {}).filter((dependency) =>
        dependency.startsWith('@org/'),
      );
      for (const dependency of ours) expect(ALLOWED[name], `${name} → ${dependency}`).toContain(dependency);
    }
  });

  it('say of each entry point the same to Node, to those who install it, and to compilers that read no exports', () => {
    for (const name of Object.keys(ALLOWED)) {
      const { main, types, typesVersions, exports, publishConfig } = manifestOf(name);
      const published = Object.entries(exports).map(([path, target]) => {
        if (typeof target === 'string') return [path, target];
        const { '@org/source': _, ...rest } = target;
        return [path, rest];
      });
      expect(publishConfig.exports, name).toEqual(Object.fromEntries(published));
      const declarations = Object.entries(exports).flatMap(([path, target]) =>
        typeof target === 'string' ? [] : [[path, target.types] as const],
      );
      const asTypesVersions = Object.entries(typesVersions?.['*'] ?? {}).map(([path, [file]]) => [
        `./${path}`,
        file,
      ]);
      expect([['.', types], ...asTypesVersions], name).toEqual(declarations);
      expect(main, name).toBe((exports['.'] as EntryPoint).default);
    }
  });

  it('name the OpenTelemetry SDK in otel only', () => {
    for (const name of Object.keys(ALLOWED).filter((other) => other !== 'otel')) {
      const dependencies = Object.keys(manifestOf(name).dependencies ?? {});
      expect(dependencies.filter((dependency) => dependency.startsWith('@opentelemetry/'))).toEqual([]);
      const { peerDependencies = {}, peerDependenciesMeta = {} } = manifestOf(name);
      const required = Object.keys(peerDependencies).filter((peer) => !peerDependenciesMeta[peer]?.optional);
      expect(required).toEqual(['@opentelemetry/api']);
    }
  });

  it('share one copy of the SDK with the exporters, which pin it exactly', () => {
    const fromOtel = createRequire(join(root, 'packages', 'otel', 'package.json'));
    const exporters = Object.keys(manifestOf('otel').dependencies ?? {}).filter((name) =>
      /exporter|otlp/.test(name),
    );
    expect(exporters.length).toBeGreaterThan(2);
    for (const sdk of [
      '@opentelemetry/sdk-metrics',
      '@opentelemetry/sdk-trace',
      '@opentelemetry/resources',
    ]) {
      const ours = fromOtel.resolve(sdk);
      for (const exporter of exporters) {
        const manifest = fromOtel(
          fromOtel.resolve
            .paths(exporter)!
            .map((path) => join(path, exporter, 'package.json'))
            .find(existsSync)!,
        );
        if (manifest.dependencies?.[sdk] === undefined) continue;
        expect(createRequire(fromOtel.resolve(exporter)).resolve(sdk), `${sdk} of ${exporter}`).toBe(ours);
      }
    }
  });
});

/** Paths of all sources, by the package that they are of. */
function sources(): { readonly folder: string; readonly file: string }[] {
  return readdirSync(join(root, 'packages')).flatMap((name) => {
    const folder = join(root, 'packages', name, 'src');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return files.filter((file) => file.endsWith('.ts')).map((file) => ({ folder, file: join(folder, file) }));
  });
}

describe('the sources', () => {
  it('reach no other package by a relative path, which the linter does not see', () => {
    for (const { folder, file } of sources()) {
      for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(
        /(?:from|import\(?) ?'(\.[^']*)'/g,
      )) {
        expect(join(file, '..', specifier).startsWith(`${folder}/`), `${file} → ${specifier}`).toBe(true);
      }
    }
  });

  it("tell OpenTelemetry's diag by one function, which contains a logger that throws", () => {
    const telling = sources().filter(({ file }) =>
      /\bdiag(\.(error|warn|info|debug|verbose)\b|\[)/.test(readFileSync(file, 'utf8')),
    );
    expect(telling.map(({ file }) => relative(root, file))).toEqual(['packages/core/src/fault/tell.ts']);
  });
});

describe('the linter', () => {
  const probes = Object.keys(ALLOWED).map((name) => ({
    name,
    path: join(root, 'packages', name, 'src', 'architecture-probe.ts'),
  }));
  afterEach(() => {
    for (const { path } of probes) rmSync(path, { force: true });
  });

  it('fails on each import that the table forbids, in every package', () => {
    const forbidden = new Map(
      probes.map(({ name, path }) => {
        const ours = Object.keys(ALLOWED).map(
          (other) => `@org/instrument${other === 'instrument' ? '' : `-${other}`}`,
        );
        const own = name === 'instrument' ? ['@org/instrument'] : [];
        const sdk = name === 'otel' ? [] : ['@opentelemetry/sdk-metrics'];
        const imports = [...ours.filter((one) => ![...(ALLOWED[name] ?? []), ...own].includes(one)), ...sdk];
        writeFileSync(path, imports.map((one) => `import '${one}';\n`).join(''));
        return [path, imports.length];
      }),
    );
    const biome = join(root, 'node_modules', '.bin', 'biome');
    const paths = [...forbidden.keys()];
    const { status, stdout } = spawnSync(
      biome,
      ['lint', '--only=style/noRestrictedImports', '--max-diagnostics=none', '--reporter=github', ...paths],
      { cwd: root, encoding: 'utf8' },
    );
    expect(status).not.toBe(0);
    for (const [path, count] of forbidden) {
      const told = stdout.split('\n').filter((line) => line.includes(`file=${path},`));
      expect(told, path).toHaveLength(count);
    }
  });
});
