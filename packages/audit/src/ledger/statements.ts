/**
 * The statements of the ledger, in the SQL that SQLite (3.37) and Postgres (12) both speak. Each is atomic by itself, so
 * that no transaction is needed and none is left open by a process that dies. `{now}` is the time in milliseconds, `{token}`
 * the next fencing token, `:name` a parameter.
 *
 * `due_at` is the time from which an input can be claimed: that of a lease, of the next attempt, of giving it back. What
 * is completed or dead has none.
 */

const MAX = 'CAST(:max AS BIGINT)';

// Of a claimant that never came back, it is told in the place of the error that it could not tell.
const CRASHED = `
  error_type = CASE WHEN e.state = 'running' THEN 'LeaseExpired' ELSE e.error_type END,
  error_message = CASE WHEN e.state = 'running'
    THEN 'run ' || e.run || ' on host ' || e.host || ', pid ' || CAST(e.pid AS TEXT) || ', gave no sign of life'
    ELSE e.error_message END`;

// An orphan is claimed by an earlier `begin` of the same ledger whose answer was lost: it belongs to nobody.
const IS_ORPHAN = `e.state = 'running' AND :orphans LIKE '%' || e.nonce || '%'`;

/** `:orphans`: nonces (UUIDs) with commas between them. */
export const BEGIN: string = `
INSERT INTO {table} AS e
  (key, state, attempts, token, nonce, run, host, pid, created_at, started_at, due_at, attributes)
SELECT :key, 'running', 1, {token}, :nonce, :run, :host, CAST(:pid AS BIGINT), n.at, n.at,
  n.at + CAST(:lease AS BIGINT), COALESCE(CAST(:attributes AS TEXT), '{}')
FROM (SELECT {now} AS at) AS n WHERE true
ON CONFLICT (key) DO UPDATE SET
  state = 'running',
  attempts = e.attempts + CASE WHEN ${IS_ORPHAN} THEN 0 ELSE 1 END,
  token = {token}, nonce = excluded.nonce,
  run = excluded.run, host = excluded.host, pid = excluded.pid,
  started_at = {now}, ended_at = NULL, due_at = {now} + CAST(:lease AS BIGINT),
  attributes = COALESCE(CAST(:attributes AS TEXT), e.attributes),${CRASHED}
WHERE (e.due_at <= {now} AND e.attempts < ${MAX}) OR (${IS_ORPHAN})
RETURNING *`;

/** `read_at` is the time that it was read. */
export const READ = 'SELECT *, {now} AS read_at FROM {table} WHERE key = :key';

export const SEEN = `SELECT 1 AS seen FROM {table} WHERE key = :key AND state = 'completed'`;

const HELD = `WHERE e.key = :key AND e.token = :token AND e.state = 'running'`;

export const RENEW: string = `
UPDATE {table} AS e SET due_at = {now} + CAST(:lease AS BIGINT) ${HELD} RETURNING *`;

export const COMPLETE: string = `
UPDATE {table} AS e SET state = 'completed', due_at = NULL, ended_at = {now},
  error_type = NULL, error_message = NULL, row_count = CAST(:rows AS BIGINT), byte_count = CAST(:bytes AS BIGINT),
  digest = CAST(:digest AS TEXT), entry = CAST(:entry AS BIGINT),
  attributes = COALESCE(CAST(:attributes AS TEXT), e.attributes)
${HELD} RETURNING *`;

/** `:retry`: milliseconds until the next attempt; none when there must be none. */
export const FAIL: string = `
UPDATE {table} AS e SET
  state = CASE WHEN CAST(:retry AS BIGINT) IS NULL OR e.attempts >= ${MAX} THEN 'dead' ELSE 'failed' END,
  due_at = CASE WHEN e.attempts >= ${MAX} THEN NULL ELSE {now} + CAST(:retry AS BIGINT) END,
  ended_at = {now}, error_type = :type, error_message = :message
${HELD} RETURNING *`;

export const RELEASE: string = `
UPDATE {table} AS e SET state = 'pending', due_at = {now}, attempts = e.attempts - 1 ${HELD} RETURNING *`;

export const RESET = `
UPDATE {table} AS e SET state = 'pending', due_at = {now}, attempts = 0, ended_at = NULL,
  error_type = NULL, error_message = NULL, row_count = NULL, byte_count = NULL, digest = NULL, entry = NULL
WHERE e.key = :key AND (e.state <> 'running' OR e.due_at <= {now}) RETURNING *`;

/** What had its last attempt, and did not come back from it; or more attempts than are allowed now. */
export const BURY: string = `
UPDATE {table} AS e SET state = 'dead', due_at = NULL, ended_at = COALESCE(e.ended_at, {now}),${CRASHED}
WHERE e.due_at <= {now} AND e.attempts >= ${MAX} RETURNING *`;

export const BURY_ONE: string = BURY.replace('WHERE', 'WHERE e.key = :key AND');

export const RETRYABLE: string = `
SELECT * FROM {table} WHERE due_at <= COALESCE(CAST(:at AS BIGINT), {now}) AND attempts < ${MAX}
ORDER BY due_at, token LIMIT CAST(:limit AS BIGINT)`;

export const COUNT_STATES = 'SELECT state, COUNT(*) AS inputs FROM {table} GROUP BY state';

export const COUNT_RETRYABLE: string = `
SELECT COUNT(*) AS inputs FROM {table} WHERE due_at <= {now} AND attempts < ${MAX}`;

// Nothing ends before it starts: the second comparison is what the index is for.
const OLDER = '{now} - CAST(:age AS BIGINT)';

/** At most `:limit`, so that nobody waits long. */
export const PRUNE: string = `
DELETE FROM {table} WHERE state = :state AND key IN (
  SELECT key FROM {table} WHERE state = :state AND ended_at <= ${OLDER} AND started_at <= ${OLDER}
  LIMIT CAST(:limit AS BIGINT))
RETURNING key`;

/** What a list is narrowed by. */
export type ListFilter = 'state' | 'run' | 'from' | 'to' | 'cursor';

const CONDITION: Readonly<Record<Exclude<ListFilter, 'cursor'>, string>> = {
  state: 'state = :state',
  run: 'run = :run',
  from: 'started_at >= CAST(:from AS BIGINT)',
  to: 'started_at < CAST(:to AS BIGINT)',
};

/** In the order in which last attempts were begun. */
export function listStatement(filters: readonly ListFilter[], isDescending: boolean): string {
  const after = `(started_at, token) ${isDescending ? '<' : '>'} (CAST(:startedAt AS BIGINT), CAST(:token AS BIGINT))`;
  const conditions = filters.map((filter) => (filter === 'cursor' ? after : CONDITION[filter]));
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const order = isDescending ? 'DESC' : 'ASC';
  return `SELECT * FROM {table} ${where}
ORDER BY started_at ${order}, token ${order} LIMIT CAST(:limit AS BIGINT)`;
}
