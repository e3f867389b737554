/** Bytes of a key: below the 2,704 that fit into a row of a B-tree index of Postgres (8 KiB pages, three to a page). */
export const MAX_KEY_BYTES = 2_048;
/** Bytes of the name of a run, which is indexed too. */
export const MAX_RUN_BYTES = 512;
export const MAX_DIGEST_BYTES = 512;
/** Bytes of attributes as JSON. */
export const MAX_ATTRIBUTE_BYTES = 65_536;
/** Characters of an error's message; what is longer is cut. */
export const MAX_MESSAGE_LENGTH = 2_000;
/** Inputs of a page. */
export const MAX_PAGE = 10_000;
