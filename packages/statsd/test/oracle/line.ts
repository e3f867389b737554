/** What a receiver makes of a line. */
export interface ParsedSample {
  readonly name: string;
  readonly type: string;
  readonly value: number;
  /** A sign in front of a gauge's value: it changes by that much. */
  readonly isRelative: boolean;
  /** How many values it stands for. */
  readonly times: number;
  readonly tags: Readonly<Record<string, string>>;
}
