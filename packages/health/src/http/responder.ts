import { InstrumentError, reportFault } from '@org/instrument-core';
import type { Health } from '../health.ts';
import type { SystemHealth } from '../report.ts';
import { createAnswers } from './answers.ts';
import { createAuthorizer } from './authorizer.ts';
import { type Endpoint, endpointAt } from './endpoints.ts';
import { healthJson } from './json-body.ts';
import { createKeptRoutes, type KeptRoute } from './kept-routes.ts';
import { type Format, negotiateFormat } from './negotiation.ts';
import type { HealthHttpOptions } from './options.ts';
import type { Answer, RequestFacts } from './request-facts.ts';
import { type RequestTarget, splitTarget } from './request-target.ts';
import { type Refusal, type Route, resolveTarget } from './resolve.ts';
import { createRevalidator } from './revalidator.ts';
import { httpSettings } from './settings.ts';
import { OK_TEXT, probeText } from './text-body.ts';

/** The endpoints, without a server: facts of a request in, answers out. */
export interface Responder {
  /** Paths that are served, with the base path. */
  readonly paths: readonly string[];
  /** The answer, at once where it is kept; `undefined` for a path that is not one of these. Never throws or rejects. */
  answer(facts: RequestFacts): Answer | Promise<Answer> | undefined;
  /** The answer for such a path, where nobody else has one. */
  notFound(): Answer;
}

/**
 * Creates the endpoints.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` for options that cannot be, with all problems at once.
 */
export function createResponder(health: Health, options: HealthHttpOptions): Responder {
  const settings = httpSettings(health, options);
  const authorizer = createAuthorizer(settings);
  const answers = createAnswers(settings);
  const revalidate = createRevalidator(health);
  const routes = createKeptRoutes();

  function answer(facts: RequestFacts): Answer | Promise<Answer> | undefined {
    const isRead = facts.method === 'GET' || facts.method === 'HEAD';
    const kept = routes.get(facts.url, health.version);
    if (kept !== undefined && isRead) return answerKept(kept, facts);
    const target = splitTarget(facts.url);
    const endpoint = endpointAt(settings.endpoints, target.path);
    if (endpoint === undefined) return undefined;
    return isRead ? answerNew(endpoint, target, facts) : answers.notAllowed();
  }

  function answerNew(
    endpoint: Endpoint,
    target: RequestTarget,
    facts: RequestFacts,
  ): Answer | Promise<Answer> {
    const found = resolveTarget(health, endpoint, target);
    return isRefusal(found) ? refuse(found, facts) : answerKept(routes.keep(facts.url, found), facts);
  }

  function answerKept(kept: KeptRoute, facts: RequestFacts): Answer | Promise<Answer> {
    const format = kept.route.kind === 'health' ? 'health+json' : negotiateFormat(facts.accept);
    return kept.forAnyone.get(format) ?? answerSlowly(kept, facts, format);
  }

  async function answerSlowly(kept: KeptRoute, facts: RequestFacts, format: Format): Promise<Answer> {
    try {
      return await make(kept, facts, format);
    } catch (error) {
      return explain(error, facts);
    }
  }

  async function make(kept: KeptRoute, facts: RequestFacts, format: Format): Promise<Answer> {
    const { route } = kept;
    if (format === 'text' && !route.verbose && (await current(kept)).passes) {
      const answer = answers.health(route.kind, true, format, OK_TEXT);
      kept.forAnyone.set(format, answer);
      return answer;
    }
    const authorised = await authorizer(facts);
    const isTimeless = format === 'text' || !authorised;
    const table = authorised ? kept.forAuthorised : kept.forOthers;
    const made = table.get(format);
    if (made !== undefined) return made;
    if (!isTimeless) kept.system = undefined;
    const system = await current(kept);
    const body =
      format === 'text'
        ? probeText(route, system, authorised)
        : healthJson(system, authorised, settings.identity);
    const answer = answers.health(route.kind, system.passes, format, body);
    if (isTimeless) table.set(format, answer);
    return answer;
  }

  /**
   * What is known; where something was never checked, it is checked first. Not while the instance drains: nothing makes that ready
   * any more, and what hangs must not keep it from saying so.
   */
  async function current(kept: KeptRoute): Promise<SystemHealth> {
    if (kept.system !== undefined) return kept.system;
    const { query, queryKey } = kept.route;
    // Before the report: a check that is not async has run by then.
    revalidate(queryKey, query);
    const system = health.report(query);
    const isKnown = system.components.every(({ checkedAtMillis }) => checkedAtMillis !== undefined);
    if (!isKnown && !health.draining) return health.check(query);
    kept.system = system;
    return system;
  }

  async function refuse(refusal: Refusal, facts: RequestFacts): Promise<Answer> {
    // Below a probe the names are no secret: `?verbose` tells them to anybody, as in Kubernetes.
    const mayKnow = refusal.hint === '' || refusal.kind !== 'health' || (await authorizer(facts));
    return answers.message(refusal.kind, refusal.status, refusal.text + (mayKnow ? refusal.hint : ''));
  }

  /** A check that was taken out while it was asked for is unknown now; all else is a fault of ours. */
  function explain(error: unknown, facts: RequestFacts): Answer | Promise<Answer> {
    if (error instanceof InstrumentError) {
      const target = splitTarget(facts.url);
      const endpoint = endpointAt(settings.endpoints, target.path);
      const found = endpoint && resolveTarget(health, endpoint, target);
      if (found !== undefined && isRefusal(found)) return refuse(found, facts);
    }
    return fault(error);
  }

  function fault(error: unknown): Answer {
    reportFault('health', 'an answer of the health endpoints', error);
    return answers.failed();
  }

  return {
    paths: settings.endpoints.map(({ path }) => path),
    answer: (facts) => {
      try {
        const answered = answer(facts);
        return answered instanceof Promise ? answered.catch(fault) : answered;
      } catch (error) {
        return fault(error);
      }
    },
    notFound: () => answers.notFound(),
  };
}

function isRefusal(found: Route | Refusal): found is Refusal {
  return 'status' in found;
}
