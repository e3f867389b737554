import type { JsonValue, SealedValue } from '../operation/entry.ts';
import type { PathState } from '../redact/path-matcher.ts';
import type { PersonalValue } from '../subjects/personal.ts';
import type { EncodeCall } from './call.ts';
import { type FieldPaths, isMatchedBelow } from './field-paths.ts';
import type { KeyFacts, KeyReader } from './key.ts';
import type { EncoderSettings } from './settings.ts';
import type { TextCleaner } from './text.ts';

/** Makes a value one that JSON can say; `undefined`: it is left out. */
export type ValueCleaner = (
  value: unknown,
  state: PathState | undefined,
  call: EncodeCall,
) => JsonValue | undefined;

/** Seals a value of a person, made safe and redacted; text stands for what could not be sealed. */
export type Sealer = (
  personal: PersonalValue,
  state: PathState | undefined,
  call: EncodeCall,
) => SealedValue | string | undefined;

/** What all parts of an encoder share. */
export interface EncodeTools {
  readonly settings: EncoderSettings;
  readonly fieldPaths: FieldPaths;
  readonly cleanText: TextCleaner;
  readonly readKey: KeyReader;
  readonly cleanValue: ValueCleaner;
  readonly seal: Sealer;
}

/** Where paths for redaction are below a key. */
export function stepTo(
  tools: EncodeTools,
  state: PathState | undefined,
  key: KeyFacts,
): PathState | undefined {
  if (state === undefined) return undefined;
  const { paths } = tools.settings;
  return key.parts === undefined
    ? paths.step(state, key.comparable)
    : paths.stepDotted(state, key.comparable, key.parts);
}

/** Whether a path leads to what stands below a key of a field. */
export function isMatchedBy(tools: EncodeTools, state: PathState | undefined, key: string): boolean {
  return isMatchedBelow(tools.settings.paths, state, key);
}
