import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.ts';
import { createRestartableServer, type RestartableServer } from './restartable-server.ts';

/** A heap that is enough, and a start that does not optimise what is run for seconds: 3 s instead of 10. */
const FLAGS = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** A document, as a search finds it. */
export interface Hit {
  readonly _id: string;
  /** The index that holds it: of a data stream, the one behind it. */
  readonly _index: string;
  readonly _source: Readonly<Record<string, unknown>>;
}

/** An OpenSearch of one node, whose data outlives it. */
export interface OpenSearch extends RestartableServer {
  readonly url: string;
  /** Asks its API; an answer that is no success is thrown. */
  ask(method: string, path: string, body?: object): Promise<Readonly<Record<string, unknown>>>;
  /** What an index or data stream has, of everything that has arrived before; at most 10,000. */
  search(index: string, query?: object): Promise<readonly Hit[]>;
}

/** Prepares an OpenSearch on a free port; `start()` starts it. */
export async function createOpenSearch(options: {
  readonly classPath: string;
  /** Where its data goes. */
  readonly directory: string;
}): Promise<OpenSearch> {
  const home = mkdtempSync(join(options.directory, 'opensearch-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = createRestartableServer({
    name: 'OpenSearch',
    process: {
      command: 'java',
      args: [...FLAGS, '-cp', options.classPath, 'Main', home, `${port}`],
      cwd: home,
    },
    readyLine: 'OpenSearch is ready',
    stopSignal: 'SIGTERM',
  });
  const ask: OpenSearch['ask'] = async (method, path, body) => {
    const answer = await fetch(`${url}/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} /${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  };
  const search: OpenSearch['search'] = async (index, query = { match_all: {} }) => {
    await ask('POST', `${index}/_refresh`);
    const found = await ask('POST', `${index}/_search`, { query, size: 10_000 });
    const { hits } = found.hits as { readonly hits: readonly Hit[] };
    return hits.map(({ _id, _index, _source }) => ({ _id, _index, _source }));
  };
  // Added to the server itself: its `log` is read when it is asked for.
  return Object.assign(server, { url, ask, search });
}
