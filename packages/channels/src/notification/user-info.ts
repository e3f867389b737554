import { REDACTED } from './limits.ts';

const MARK = '://';
/** What ends the authority of a URL (RFC 3986, 3.2). */
const AUTHORITY = /[^/?#]*/y;
/** Host and port of an authority, or none at all, as in `file:///`: then an `@` behind it is one of the path. */
const HOST = /^(?:(?:\[[^\]]*\]|[^:[\]]+)(?::\d{0,5})?)?$/;

/**
 * A word without user and password of the URLs in it (RFC 3986, 3.2.1), up to the last `@` before the path: many leave that of a
 * password as it is. What looks like an authority and is no host is the beginning of a password with a slash in it, which many
 * leave as it is, too; that goes up to the last `@` there is. Linear: what is looked at ends where the next URL can begin.
 */
export function withoutUserInfo(word: string): string {
  const last = word.lastIndexOf('@');
  let safe = '';
  let done = 0;
  for (let mark = word.indexOf(MARK); mark >= 0 && mark < last; mark = word.indexOf(MARK, done)) {
    const start = mark + MARK.length;
    safe += word.slice(done, start);
    done = start;
    AUTHORITY.lastIndex = start;
    const authority = AUTHORITY.exec(word)?.[0] ?? '';
    const at = authority.lastIndexOf('@');
    if (at < 0 && HOST.test(authority)) continue;
    safe += REDACTED;
    done = at < 0 ? last : start + at;
  }
  return safe + word.slice(done);
}
