import { clean, cleanName, type TagCharacters, tagText } from './clean.ts';
import type { Dialect } from './dialect.ts';

/** Versions of the DogStatsD protocol (Datadog documentation, "Datagram format and shell usage"). */
export const PROTOCOL_VERSIONS = ['1.0', '1.1', '1.2', '1.3', '1.4'] as const;

/** A version of the DogStatsD protocol. */
export type ProtocolVersion = (typeof PROTOCOL_VERSIONS)[number];

/** Several values in a line. */
export const PACKED_VALUES: ProtocolVersion = '1.1';
/** `c:`, the container that a line is from. */
export const CONTAINER_IDS: ProtocolVersion = '1.2';
/** `T`, the time of a count or a gauge. */
export const TIMESTAMPS: ProtocolVersion = '1.3';
/** `c:in-`, the inode of the control group instead of an id. */
export const INODES: ProtocolVersion = '1.4';

/** Whether a version has what another one brought. */
export function has(version: ProtocolVersion, feature: ProtocolVersion): boolean {
  return PROTOCOL_VERSIONS.indexOf(version) >= PROTOCOL_VERSIONS.indexOf(feature);
}

/** Values may hold colons: a tag is cut at its first one. */
const IN_TAIL: TagCharacters = {
  notInKeys: /[^A-Za-z0-9_.\-/]/gu,
  notInValues: /[\s\p{Cc}\p{Cf}\p{Cs},|]/gu,
};
const NOT_IN_CONTAINER_IDS = /[^A-Za-z0-9_.-]/gu;
/** Datadog's names begin with a letter; the Agent takes `_e{` and `_sc` for events and service checks. */
const BEFORE_FIRST_LETTER = /^[^A-Za-z]+/;

/** What of DogStatsD is spoken. */
export interface DogstatsdOptions {
  readonly version: ProtocolVersion;
  /** Sent as the container's id from protocol 1.2 on. */
  readonly containerId: string | undefined;
}

/** Datadog's dialect, which most receivers know: `name:1|c|#key:value,key:value`. */
export function createDogstatsd({ version, containerId }: DogstatsdOptions): Dialect {
  const container =
    containerId === undefined || !has(version, CONTAINER_IDS)
      ? ''
      : `|c:${clean(containerId, NOT_IN_CONTAINER_IDS)}`;
  // Without tags, statsd_exporter takes a colon for the end of a value.
  const withoutTags = container === '' ? '' : `|#${container}`;
  return {
    name: 'dogstatsd',
    sampleType: 'd',
    head: (name) => cleanName(name.replace(BEFORE_FIRST_LETTER, '')),
    tail: (tags) => (tags.length === 0 ? withoutTags : `|#${tagText(tags, ':', IN_TAIL)}${container}`),
    timestamp: (unixSeconds) => (has(version, TIMESTAMPS) ? `|T${Math.floor(unixSeconds)}` : ''),
  };
}
