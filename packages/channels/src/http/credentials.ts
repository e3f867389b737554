/** `Authorization` of a bearer token (RFC 6750, section 2.1). */
export function bearer(token: string): string {
  return `Bearer ${token}`;
}

/** `Authorization` of a user and a password, in UTF-8 (RFC 7617). */
export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
