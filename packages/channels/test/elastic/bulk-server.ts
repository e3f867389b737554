import { gunzipSync } from 'node:zlib';
import type { HttpAnswer, HttpReading, HttpRequest } from '../../src/conformance/index.ts';
import { ecsProblems } from './ecs-schema.ts';

/** An action of a bulk request, and its document. */
export interface Operation {
  readonly id: string;
  readonly document: Readonly<Record<string, unknown>>;
}

/** Reads a request of the bulk API, and throws where it is none. */
export function operationsOf({ method, path, headers, body }: HttpRequest): Operation[] {
  if (method !== 'POST' || !/^\/[^/]+\/_bulk\?filter_path=/.test(path)) throw new Error(`${method} ${path}`);
  if (headers['content-type'] !== 'application/x-ndjson') throw new Error('content-type');
  const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  if (!text.endsWith('\n')) throw new Error('the last line must end with a line feed');
  const lines = text.slice(0, -1).split('\n');
  return Array.from({ length: lines.length / 2 }, (_, at) => {
    const action = JSON.parse(lines[2 * at] ?? '') as { create: { _id: string } };
    if (JSON.stringify(Object.keys(action)) !== '["create"]')
      throw new Error('a data stream takes create alone');
    const { _id: id } = action.create;
    if (Buffer.byteLength(id) > 512) throw new Error('id is too long');
    return { id, document: JSON.parse(lines[2 * at + 1] ?? '') as Operation['document'] };
  });
}

/** What a receiver of the conformance suite reads of a request. */
export function readBulk(request: HttpRequest): HttpReading {
  try {
    const operations = operationsOf(request);
    return {
      notifications: operations.map(
        ({ id, document }) => `${id} ${(document.event as { id: string }).id} ${document.message}`,
      ),
      problems: operations.flatMap(({ document }) => ecsProblems(document)),
    };
  } catch (error) {
    return { notifications: [], problems: [String(error)] };
  }
}

/** The answer of a server that takes all of it. */
export function acceptBulk(request: HttpRequest): HttpAnswer {
  const items = operationsOf(request).map(() => ({ create: { status: 201 } }));
  return { status: 200, body: JSON.stringify({ errors: false, items }) };
}
