/** Path of a part: `metrics.views[0].name`, `attributes["service.name"]`. */
export function joinPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** Whether `part` is a part of what stands at `path`, or that itself. */
export function isWithin(part: string, path: string): boolean {
  if (path === '' || part === path) return true;
  return part.startsWith(path) && (part[path.length] === '.' || part[path.length] === '[');
}

/** What `known` holds for a path, or for the nearest path around it. */
export function nearestAround<T>(known: ReadonlyMap<string, T>, path: string): T | undefined {
  let end = path.length;
  while (end > 0) {
    const around = path.slice(0, end);
    if (known.has(around)) return known.get(around);
    end = Math.max(around.lastIndexOf('.'), around.lastIndexOf('['));
  }
  return known.get('');
}
