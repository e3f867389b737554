import type { CheckedQuery } from './check-query.ts';

/** More than that are looked for no faster than lines are parsed. */
const MAX_NEEDLES = 16;

/**
 * Bytes of which every line that matches contains at least one: the filter that is likely to be the rarest, as canonical
 * JSON writes it (RFC 8785, 3.2.2.2 escapes text as `JSON.stringify` does, and 3.2.3 sorts keys). `undefined` when there
 * is no filter to tell by. With keys of persons, an actor or target may be found in what is sealed.
 */
export function needlesOf(query: CheckedQuery, hasKeys: boolean): Buffer[] | undefined {
  const sealed = hasKeys ? ['"$sealed":'] : [];
  const { traceId, requestId, targets, actors, dataset, tenant, actions, outcomes } = query;
  const choices: string[][] = [
    traceId === undefined ? [] : [`"traceId":${JSON.stringify(traceId)}`],
    requestId === undefined ? [] : [`"requestId":${JSON.stringify(requestId)}`],
    dataset === undefined
      ? []
      : [`"name":${JSON.stringify(dataset.name)},"namespace":${JSON.stringify(dataset.namespace)}`],
    targets.length === 0 ? [] : [...targets.map(idNeedle), ...sealed],
    actors.length === 0 ? [] : [...actors.map(idNeedle), ...sealed],
    actions.map(actionNeedle),
    tenant === undefined ? [] : [`"tenant":${JSON.stringify(tenant)}`],
    outcomes.map((outcome) => (outcome === 'started' ? '"phase":"started"' : `"outcome":"${outcome}"`)),
  ];
  const needles = choices.find(({ length }) => length > 0 && length <= MAX_NEEDLES);
  return needles?.map((needle) => Buffer.from(needle));
}

function idNeedle(id: string): string {
  return `"id":${JSON.stringify(id)}`;
}

function actionNeedle(action: string): string {
  const text = JSON.stringify(action.endsWith('*') ? action.slice(0, -1) : action);
  return `"action":${action.endsWith('*') ? text.slice(0, -1) : text}`;
}
