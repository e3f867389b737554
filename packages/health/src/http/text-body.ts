import type { ComponentHealth, SystemHealth } from '../report.ts';
import type { Route } from './resolve.ts';

/** What a probe says that passes and was not asked for more. */
export const OK_TEXT = 'ok';

/**
 * The answer of a probe as Kubernetes writes it: one line for each check, `[+]` for those that serve and `[-]` for the
 * others, and a last one with the outcome. The checks that serve are left out unless it is verbose.
 */
export function probeText(route: Route, system: SystemHealth, authorised: boolean): string {
  const failing = system.components.filter(fails);
  const shown = route.verbose ? system.components : failing;
  const lines = shown.map((component) => componentLine(component, authorised));
  if (route.verbose) lines.push(...(route.query.exclude ?? []).map((name) => `[+]${name} excluded: ok`));
  if (system.passes && route.verbose && system.reason !== undefined) {
    lines.push(`[+]${route.query.probe ?? 'system'} passes: ${reasonOf(system.reason, authorised)}`);
  }
  if (!system.passes && (failing.length === 0 || (authorised && system.reason !== undefined))) {
    // The system as a whole has a reason of its own: it drains.
    lines.push(`[-]${route.query.probe ?? 'system'} failed: ${reasonOf(system.reason, authorised)}`);
  }
  return `${[...lines, `${route.label} check ${system.passes ? 'passed' : 'failed'}`].join('\n')}\n`;
}

function componentLine(component: ComponentHealth, authorised: boolean): string {
  const { name, status, reason, checkedAtMillis } = component;
  if (checkedAtMillis === undefined) return `[-]${name} failed: not checked yet`;
  if (fails(component)) return `[-]${name} failed: ${reasonOf(reason, authorised)}`;
  return status === 'degraded' ? `[+]${name} degraded: ${reasonOf(reason, authorised)}` : `[+]${name} ok`;
}

function fails({ status }: ComponentHealth): boolean {
  return status === 'unhealthy' || status === 'unknown';
}

/** In one line: what a check says must not pass for the line of another. */
function reasonOf(reason: string | undefined, authorised: boolean): string {
  if (!authorised) return 'reason withheld';
  return (reason ?? 'no reason given').replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
