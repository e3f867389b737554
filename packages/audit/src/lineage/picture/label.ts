import type { LineageNode } from '../lineage.ts';

/** Nodes of a picture: more of them nobody can read, and no viewer likes to draw. */
export const MAX_PICTURE_NODES = 1_000;
const MAX_LENGTH = 48;

/** The lines that a node carries in a picture. */
export function labelLines(node: LineageNode): string[] {
  if (node.kind === 'operation') {
    const { action, index, outcome = 'running' } = node;
    return [short(action), `#${index} · ${outcome}`];
  }
  const { namespace, name, version, writtenAt } = node;
  const state = version ?? (writtenAt === undefined ? undefined : `written by #${writtenAt}`);
  return [short(name), short(state === undefined ? namespace : `${namespace} · ${state}`)];
}

/** Cut in the middle: the end of a path tells more than what is before it. Never within a character. */
function short(text: string): string {
  const characters = [...text.replaceAll(/\s+/g, ' ')];
  if (characters.length <= MAX_LENGTH) return characters.join('');
  const head = characters.slice(0, MAX_LENGTH / 3).join('');
  return `${head}…${characters.slice(-(MAX_LENGTH - MAX_LENGTH / 3 - 1)).join('')}`;
}
