import type { MeterProvider } from '@opentelemetry/api';
import type { Duration } from '@org/instrument-core';

/** What `instrument.build.info` says of the program. */
export interface BuildOptions {
  /** Version of the service. Default: that of the `package.json` nearest to the program's main file. */
  readonly version?: string;
  /** Commit it was built from. Default: what the variables of build systems and platforms say (`GIT_COMMIT`, …). */
  readonly revision?: string;
}

/**
 * Which metrics there are, and of what. Every group is on unless it is switched off; what the platform does not tell is
 * left out.
 */
export interface SystemOptions {
  /** `system.cpu.*`, `system.uptime`, `system.process.created`. */
  readonly cpu?: boolean;
  /** `system.memory.*`. */
  readonly memory?: boolean;
  /** `system.cpu.load_average.*`. */
  readonly load?: boolean;
  /** `system.paging.*`. */
  readonly paging?: boolean;
  /** `system.disk.*`. */
  readonly disk?: boolean;
  /** `system.filesystem.*`. */
  readonly filesystem?: boolean;
  /** `system.network.*`. */
  readonly network?: boolean;
  /** `process.*`. */
  readonly process?: boolean;
  /** `nodejs.eventloop.*`. Measuring the delay takes a timer of 50 ms, of 200 while the loop is quiet. */
  readonly eventLoop?: boolean;
  /** `v8js.gc.duration`. */
  readonly gc?: boolean;
  /** `v8js.memory.heap.*`, `instrument.heap.limit`, `instrument.memory.external`. */
  readonly heap?: boolean;
  /** `v8js.resource.active`. */
  readonly handles?: boolean;
  /** `container.*`, `instrument.cgroup.*`. */
  readonly container?: boolean;
  /** `instrument.build.info`. */
  readonly build?: boolean | BuildOptions;
  /**
   * Time that utilisations and delays of the event loop cover at least, whoever reads them how often. Default 10 s. With
   * several readers, a little more than the longest of their intervals misses no peak.
   */
  readonly interval?: Duration;
  /** One series per logical CPU (`cpu.logical_number`). Default `false`: the sum of all. */
  readonly perCpu?: boolean;
  /** Disks to show, `*` standing for anything. Default: all but partitions, loop devices and disks in memory. */
  readonly diskInclude?: readonly string[];
  /** Disks not to show. */
  readonly diskExclude?: readonly string[];
  /** Network interfaces to show. Default: all but the loopback, bridges and those of containers. */
  readonly networkInclude?: readonly string[];
  /** Network interfaces not to show. */
  readonly networkExclude?: readonly string[];
  /**
   * Mount points to show, those of network file systems only if they are named here. Default: file systems on disks, and
   * the container's own, each once.
   */
  readonly filesystemInclude?: readonly string[];
  /** Mount points not to show. */
  readonly filesystemExclude?: readonly string[];
  /**
   * Where proc(5) is mounted: in a container, that of the host may be elsewhere. File systems, the process and its control
   * group stay those of the container. Default `/proc`.
   */
  readonly procDirectory?: string;
  /** Where cgroups(7) are mounted. Default `/sys/fs/cgroup`. */
  readonly cgroupDirectory?: string;
}

/** Options of `startSystemMetrics`. */
export interface SystemMetricsOptions extends SystemOptions {
  /** Where the instruments are made: any provider of OpenTelemetry. Default: that of `@org/instrument`. */
  readonly meterProvider?: MeterProvider;
}
