/** What a control group says of itself; `undefined` for what it does not. */
export interface CgroupReading {
  readonly userSeconds?: number | undefined;
  readonly systemSeconds?: number | undefined;
  /** Periods in which something wanted to run while there was a limit, and those of them in which it had to wait. */
  readonly periods?: number | undefined;
  readonly throttledPeriods?: number | undefined;
  readonly throttledSeconds?: number | undefined;
  readonly memoryUsage?: number | undefined;
  /** Anonymous memory. */
  readonly residentBytes?: number | undefined;
  /** Page cache that can be given back at once. */
  readonly inactiveFileBytes?: number | undefined;
  readonly faults?: number | undefined;
  readonly majorFaults?: number | undefined;
  readonly oomKills?: number | undefined;
}

/** What a control group and those above it allow. */
export interface CgroupLimits {
  /** CPUs that may be used, of this group and those above it the least; `undefined` without a limit. */
  readonly cpuLimit?: number | undefined;
  /** Bytes that may be used, of this group and those above it the least; `undefined` without a limit. */
  readonly memoryLimit?: number | undefined;
}

/** A control group: one implementation per version. */
export interface Cgroup {
  readonly version: 1 | 2;
  /** Never throws, as `limits` does not: what cannot be read is `undefined`. */
  read(): CgroupReading;
  limits(): CgroupLimits;
}
