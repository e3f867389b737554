import { renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Condition } from '../notification/open-conditions.ts';
import { type NotificationSource, SEVERITIES } from '../notification.ts';

/** Whose a condition is: one key is two incidents where the service, or its environment, is another one. */
export interface Scope {
  readonly service: string | undefined;
  readonly environment: string | undefined;
}

/** A condition as a line of a file says it. */
export interface ConditionRecord extends Condition, Scope {
  readonly key: string;
}

/** What earlier versions, and processes without a name, have written says not whose it is, and is anybody's. */
const ANYBODY: Scope = { service: undefined, environment: undefined };

export function scopeOf({ service, environment }: NotificationSource): Scope {
  return { service, environment };
}

/** Tells one condition from all others. */
export function idOf(key: string, { service, environment }: Scope): string {
  return JSON.stringify([key, service, environment]);
}

/** The ids that a condition of a scope may have. */
export function idsOf(key: string, scope: Scope): readonly string[] {
  return isOf(scope, ANYBODY) ? [idOf(key, scope)] : [idOf(key, scope), idOf(key, ANYBODY)];
}

/** Whether a condition is one of a scope. */
export function isOf(record: Scope, { service, environment }: Scope): boolean {
  if (record.service === undefined && record.environment === undefined) return true;
  return record.service === service && record.environment === environment;
}

/**
 * A line for a condition that has begun or become worse, `{"key":"health/db","service":"shop","worst":"error","since":1767225600000}`,
 * or, without one, for its end: a line without `worst`.
 */
export function lineOf(key: string, { service, environment }: Scope, condition?: Condition): string {
  const { worst, sinceMillis: since } = condition ?? {};
  return `${JSON.stringify({ key, service, environment, worst, since })}\n`;
}

/** What lines say to be open, by its id. What is no such line, a torn one for instance, says nothing. */
export function recordsIn(text: string): ReadonlyMap<string, ConditionRecord> {
  const open = new Map<string, ConditionRecord>();
  for (const line of text.split('\n')) {
    const { key, service, environment, worst, since } = parsed(line);
    if (typeof key !== 'string') continue;
    const scope = { service: textOf(service), environment: textOf(environment) };
    const id = idOf(key, scope);
    const severity = SEVERITIES.find((word) => word === worst);
    const sinceMillis = typeof since === 'number' && Number.isFinite(since) ? since : undefined;
    open.delete(id);
    if (severity !== undefined) open.set(id, { key, ...scope, worst: severity, sinceMillis });
  }
  return open;
}

/**
 * Writes a file of lines anew: the whole of it is there, or nothing has changed.
 *
 * @throws the error of the file system.
 */
export function replaceLines(path: string, lines: readonly string[]): void {
  const draft = `${path}.draft`;
  try {
    // One that a crash has left, or whatever else stands there, is not written.
    rmSync(draft, { force: true });
    writeFileSync(draft, lines.join(''), { flag: 'wx', mode: 0o600 });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function parsed(line: string): { readonly [field: string]: unknown } {
  try {
    return (JSON.parse(line) ?? {}) as ReturnType<typeof parsed>;
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
