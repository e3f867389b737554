/** The URL without what may be secret, credentials and the query; empty where it is none. */
export function shownUrl(url: string | URL): string {
  if (!URL.canParse(String(url))) return '';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
