import type { MeterProvider } from '@opentelemetry/api';
import type { Duration } from '@org/instrument-core';

/** What `instrument.build.info` says of the program. */
export interface BuildOptions {
  /** Version of the service. Default: that of the `package.json` nearest to the program's main file. */
  readonly version?: string | undefined;
  /** Commit it was built from. Default: what the variables of build systems and platforms say (`GIT_COMMIT`, …). */
  readonly revision?: string | undefined;
}

/**
 * Which metrics there are, and of what. Every group is on unless it is switched off; what the platform does not tell is
 * left out.
 */
export interface SystemOptions {
  /** `system.cpu.*`, `system.uptime`, `system.process.created`. */
  readonly cpu?: boolean | undefined;
  /** `system.memory.*`. */
  readonly memory?: boolean | undefined;
  /** `system.cpu.load_average.*`. */
  readonly load?: boolean | undefined;
  /** `system.paging.*`. */
  readonly paging?: boolean | undefined;
  /** `system.disk.*`. */
  readonly disk?: boolean | undefined;
  /** `system.filesystem.*`. */
  readonly filesystem?: boolean | undefined;
  /** `system.network.*`. */
  readonly network?: boolean | undefined;
  /** `process.*`. */
  readonly process?: boolean | undefined;
  /** `nodejs.eventloop.*`. Measuring the delay takes a timer of 50 ms, of 200 while the loop is quiet. */
  readonly eventLoop?: boolean | undefined;
  /** `v8js.gc.duration`. */
  readonly gc?: boolean | undefined;
  /** `v8js.memory.heap.*`, `instrument.heap.limit`, `instrument.memory.external`. */
  readonly heap?: boolean | undefined;
  /** `v8js.resource.active`. */
  readonly handles?: boolean | undefined;
  /** `container.*`, `instrument.cgroup.*`. */
  readonly container?: boolean | undefined;
  /** `instrument.build.info`. */
  readonly build?: boolean | BuildOptions | undefined;
  /**
   * Time that utilisations and delays of the event loop cover at least, whoever reads them how often. Default 10 s. With
   * several readers, a little more than the longest of their intervals misses no peak.
   */
  readonly interval?: Duration | undefined;
  /** One series per logical CPU (`cpu.logical_number`). Default `false`: the sum of all. */
  readonly perCpu?: boolean | undefined;
  /** Disks to show, `*` standing for anything. Default: all but partitions, loop devices and disks in memory. */
  readonly diskInclude?: readonly string[] | undefined;
  /** Disks not to show. */
  readonly diskExclude?: readonly string[] | undefined;
  /** Network interfaces to show. Default: all but the loopback, bridges and those of containers. */
  readonly networkInclude?: readonly string[] | undefined;
  /** Network interfaces not to show. */
  readonly networkExclude?: readonly string[] | undefined;
  /**
   * Mount points to show, those of network file systems only if they are named here. Default: file systems on disks, and
   * the container's own, each once.
   */
  readonly filesystemInclude?: readonly string[] | undefined;
  /** Mount points not to show. */
  readonly filesystemExclude?: readonly string[] | undefined;
  /**
   * Where proc(5) is mounted: in a container, that of the host may be elsewhere. File systems, the process and its control
   * group stay those of the container. Default `/proc`.
   */
  readonly procDirectory?: string | undefined;
  /** Where cgroups(7) are mounted. Default `/sys/fs/cgroup`. */
  readonly cgroupDirectory?: string | undefined;
}

/** Options of `startSystemMetrics`. */
export interface SystemMetricsOptions extends SystemOptions {
  /** Where the instruments are made: any provider of OpenTelemetry. Default: that of `@org/instrument`. */
  readonly meterProvider?: MeterProvider | undefined;
}
