/** The dialects of StatsD. */
export type DialectName = 'plain' | 'dogstatsd' | 'influx' | 'librato' | 'signalfx';

/** How a value of a histogram is sent: as a timer in milliseconds, a histogram, or a distribution. */
export type SampleType = 'ms' | 'h' | 'd';

/** A label as the user wrote it: nothing in it is safe yet, and neither part is empty. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/**
 * How one dialect writes a line: `<head>:<value>|<type>[|@<rate>]<tail>[<timestamp>]`. Whatever is in a name or a tag,
 * what comes out never ends the line, the name or the tag that it belongs to.
 */
export interface Dialect {
  readonly name: DialectName;
  /** How histogram values are sent unless the user says otherwise. */
  readonly sampleType: SampleType;
  /** Whether tags become levels of the name, so that metrics of other names may have the same text. Default: no. */
  readonly tagsAreLevels?: boolean;
  /** What stands in front of the value: the name, and the tags where the dialect has them there. */
  head(name: string, tags: readonly Tag[]): string;
  /** What stands behind type and rate. */
  tail(tags: readonly Tag[]): string;
  /** The time of a value, in Unix seconds; the empty string where the dialect has none. */
  timestamp(unixSeconds: number): string;
}
