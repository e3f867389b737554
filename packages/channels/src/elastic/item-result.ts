import { DeliveryError } from '../delivery-error.ts';
import { cutText, oneLine } from '../text.ts';

/** What became of a document. */
export interface ItemResult {
  /** `undefined`: it is there. */
  readonly error: DeliveryError | undefined;
  /** Its fields do not fit the mapping of the index. */
  readonly isMisfit: boolean;
}

/** Exists already: it was sent before. */
const CONFLICT = 409;
const TOO_MANY = 429;
const MAX_REASON = 200;
/** Types of errors of the whole index, which somebody will mend: it is blocked, closed, or not there yet. */
const INDEX_STATES: ReadonlySet<string> = new Set([
  'cluster_block_exception',
  'index_closed_exception',
  'index_not_found_exception',
]);
/** The same, said by a type that says nothing. */
const INDEX_REASON = /no write index is defined|pipeline with id \[/;
/** Types of errors that other values would not have made. */
const MISFIT: ReadonlySet<string> = new Set([
  'document_parsing_exception',
  'mapper_parsing_exception',
  'strict_dynamic_mapping_exception',
  'illegal_argument_exception',
]);

/**
 * Reads what the bulk API says of each document, in order; `undefined` for an answer that does not say it.
 */
export function readItems(
  answer: Readonly<Record<string, unknown>> | undefined,
  count: number,
): readonly ItemResult[] | undefined {
  if (answer === undefined || typeof answer.errors !== 'boolean') return undefined;
  const { errors, items } = answer;
  if (!Array.isArray(items) || items.length !== count) return undefined;
  // Without an error there is nothing to look for.
  if (!errors) return items.map(() => TAKEN);
  const results = items.map(readItem);
  return results.every((result) => result !== undefined) ? results : undefined;
}

const TAKEN: ItemResult = { error: undefined, isMisfit: false };

function readItem(item: unknown): ItemResult | undefined {
  const { create } = (item ?? {}) as { create?: { status?: unknown; error?: unknown } };
  const status = create?.status;
  if (typeof status !== 'number') return undefined;
  if ((status >= 200 && status < 300) || status === CONFLICT) return TAKEN;
  const { type, reason } = (create?.error ?? {}) as { type?: unknown; reason?: unknown };
  const words = [type, reason].filter((word) => typeof word === 'string');
  const said = cutText(oneLine(words.join(': '), MAX_REASON * 4), MAX_REASON);
  const isOfIndex =
    INDEX_STATES.has(String(type)) || (typeof reason === 'string' && INDEX_REASON.test(reason));
  const error = new DeliveryError(
    `Elasticsearch refused a document (${status})${said === '' ? '' : `: ${said}`}`,
    {
      permanent: status >= 400 && status < 500 && status !== TOO_MANY && !isOfIndex,
      status,
    },
  );
  return { error, isMisfit: status === 400 && !isOfIndex && MISFIT.has(String(type)) };
}
