/** Which control group a process is in, per hierarchy. */
export interface Membership {
  /** Path in the hierarchy of version 2; `undefined` without one. */
  readonly unified: string | undefined;
  /** Path per controller of version 1. */
  readonly controllers: ReadonlyMap<string, string>;
}

/** Reads `/proc/self/cgroup` (cgroups(7)): `0::/path` of version 2, `4:cpu,cpuacct:/path` of version 1. */
export function parseSelfCgroup(text: string): Membership | undefined {
  let unified: string | undefined;
  const controllers = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^(\d+):([^:]*):(\/.*)$/.exec(line);
    if (match === null) continue;
    const [, id, names = '', path = '/'] = match;
    if (id === '0' && names === '') unified = path;
    else for (const name of names.split(',')) controllers.set(name, path);
  }
  return unified === undefined && controllers.size === 0 ? undefined : { unified, controllers };
}
