/** A piece of a template: text as it is, or the path of what stands there. */
export type TemplatePiece = string | readonly string[];

/** Keys that lead out of the data, into what JavaScript has for everything. */
const NEVER: readonly string[] = ['__proto__', 'constructor', 'prototype'];
/** `payload.labels.app`, `payload.items.0.name`, `payload.labels.app-name`; blanks around it are of no account. */
const PATH = /^[^\s.{}]+(?:\.[^\s.{}]+)*$/;

/** Parts a template into pieces, or says what is wrong with it. */
export function parseTemplate(text: string): readonly TemplatePiece[] | { readonly problem: string } {
  const pieces: TemplatePiece[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{{', at);
    const literal = open === -1 ? text.slice(at) : text.slice(at, open);
    if (literal.includes('}}')) return { problem: 'text with "}}" that no "{{" opens' };
    if (literal !== '') pieces.push(literal);
    if (open === -1) break;
    const close = text.indexOf('}}', open + 2);
    if (close === -1) return { problem: 'text with "{{" that no "}}" closes' };
    const path = text.slice(open + 2, close).trim();
    if (!PATH.test(path)) return { problem: `"{{${path}}}", which is no path` };
    const keys = path.split('.');
    if (keys.some((key) => NEVER.includes(key)))
      return { problem: `"{{${path}}}", which leads out of the data` };
    pieces.push(keys);
    at = close + 2;
  }
  return pieces;
}
