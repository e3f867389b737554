import fc from 'fast-check';
import { expect, it } from 'vitest';
import { aggregate } from '../../src/graph/aggregate.ts';
import { evaluate } from '../../src/graph/evaluate.ts';
import { graphOf } from '../../src/graph/graph.ts';
import { resolveCheck } from '../../src/registration/resolve-options.ts';
import { Component } from '../../src/run/component.ts';
import { TimerWheel } from '../../src/schedule/timer-wheel.ts';
import type { Status } from '../../src/status.ts';

interface Node {
  readonly name: string;
  readonly own: Status;
  readonly critical: boolean;
  readonly dependsOn: readonly string[];
}

/** Graphs without cycles, whose nodes come in any order; some depend on what is not there. */
const graphs: fc.Arbitrary<Node[]> = fc
  .array(
    fc.record({
      own: fc.constantFrom<Status>('healthy', 'healthy', 'degraded', 'unhealthy', 'unknown'),
      critical: fc.boolean(),
      edges: fc.array(fc.nat(), { maxLength: 4 }),
      lacksOne: fc.integer({ max: 9, min: 0 }),
      position: fc.nat(),
    }),
    { maxLength: 14 },
  )
  .map((nodes) =>
    nodes
      .map(({ own, critical, edges, lacksOne, position }, i) => {
        const known = i === 0 ? [] : edges.map((edge) => `c${edge % i}`);
        const dependsOn = [...new Set([...known, ...(lacksOne === 0 ? ['missing'] : [])])];
        return { node: { name: `c${i}`, own, critical, dependsOn }, position };
      })
      .sort((a, b) => a.position - b.position)
      .map(({ node }) => node),
  );

const silent = { completed() {}, stopped() {}, abandoned() {}, changed() {}, recoveryAttempted() {} };

/** A real component that has had one result, or none when its status is to be unknown. */
function componentOf({ name, own, critical, dependsOn }: Node, wheel: TimerWheel): Component {
  const check = (): Status => own;
  const component = new Component(resolveCheck(name, check, { critical, dependsOn }, []), wheel, silent);
  if (own !== 'unknown') component.run();
  return component;
}

/** What the words of the documentation say, by looking at everything that can be reached. */
function oracle(nodes: readonly Node[]) {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const below = (name: string): string[] =>
    (byName.get(name)?.dependsOn ?? [])
      .flatMap((each) => [each, ...below(each)])
      .filter((each) => byName.has(each));
  const isBroken = (name: string): boolean => byName.get(name)?.own === 'unhealthy';
  return (node: Node) => {
    const affectedBy = node.dependsOn.filter((each) => isBroken(each) || below(each).some(isBroken));
    const reached = [node.name, ...below(node.name)];
    const rootCauses = [...new Set(reached.filter((each) => isBroken(each) && !below(each).some(isBroken)))];
    const missing = node.dependsOn.filter((each) => !byName.has(each));
    const isTouched = affectedBy.length > 0 || missing.length > 0;
    return {
      affectedBy,
      rootCauses,
      missing,
      status: isTouched && node.own === 'healthy' ? 'degraded' : node.own,
    };
  };
}

const BEST_FIRST: readonly Status[] = ['healthy', 'degraded', 'unknown', 'unhealthy'];
const worstOf = (statuses: readonly Status[]): Status =>
  BEST_FIRST.findLast((status) => statuses.includes(status)) ?? 'healthy';

it('verdicts are what a search through everything below each component says', () => {
  const wheel = new TimerWheel();
  fc.assert(
    fc.property(graphs, (nodes) => {
      const components = new Map(nodes.map((node) => [node.name, componentOf(node, wheel)]));
      const verdicts = evaluate(graphOf(components));
      const expected = oracle(nodes);
      for (const node of nodes) {
        const verdict = verdicts.get(node.name);
        const { rootCauses, ...rest } = expected(node);
        expect(verdict).toMatchObject(rest);
        expect([...(verdict?.rootCauses ?? [])].sort()).toEqual(rootCauses.sort());
      }
    }),
    { numRuns: 500 },
  );
});

it('the whole is the worst of what is critical, and degraded at worst for the rest', () => {
  const wheel = new TimerWheel();
  fc.assert(
    fc.property(graphs, (nodes) => {
      const components = new Map(nodes.map((node) => [node.name, componentOf(node, wheel)]));
      const expected = oracle(nodes);
      const whole = aggregate([...components.values()], evaluate(graphOf(components)));
      const statuses = nodes.map((node): Status => {
        const { status } = expected(node);
        if (node.critical || status === 'healthy') return status as Status;
        return status === 'unknown' ? 'healthy' : 'degraded';
      });
      expect(whole.status).toBe(worstOf(statuses));
      expect(whole.kinds).toEqual(
        nodes.length === 0
          ? {}
          : { component: worstOf(nodes.map((node) => expected(node).status as Status)) },
      );
      expect([...whole.rootCauses].sort()).toEqual(
        [...new Set(nodes.flatMap((node) => expected(node).rootCauses))].sort(),
      );
    }),
  );
});

it('each component comes after what it depends on, once', () => {
  const wheel = new TimerWheel();
  fc.assert(
    fc.property(graphs, (nodes) => {
      const { order } = graphOf(new Map(nodes.map((node) => [node.name, componentOf(node, wheel)])));
      const names = order.map(({ definition }) => definition.name);
      expect([...names].sort()).toEqual(nodes.map(({ name }) => name).sort());
      for (const { name, dependsOn } of nodes) {
        for (const each of dependsOn) expect(names.indexOf(each)).toBeLessThan(names.indexOf(name));
      }
    }),
  );
});
