import { expect, it } from 'vitest';
import { negotiateFormat } from '../../src/http/negotiation.ts';

it.each([
  [undefined, 'text'],
  ['*/*', 'text'],
  ['', 'text'],
  ['text/plain', 'text'],
  ['image/png', 'text'],
  ['application/json', 'json'],
  ['Application/JSON', 'json'],
  ['application/health+json', 'health+json'],
  ['application/json, application/health+json', 'json'],
  ['application/json;q=0.5, application/health+json', 'health+json'],
  ['application/*', 'json'],
  ['application/json, */*', 'json'],
  ['application/json, */*;q=0.5', 'json'],
  ['application/json, text/plain, */*', 'text'],
  ['text/plain;q=0.4, application/json;q=0.5', 'json'],
  ['text/plain; q=0.6, application/json; q=0.5', 'text'],
  ['text/*, application/json;q=0.9', 'text'],
  ['application/json;q=0', 'text'],
  ['application/json;q=0, */*', 'text'],
  ['text/plain;q=0, */*', 'json'],
  ['application/json;q=x', 'json'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text'],
  [',;=,,', 'text'],
])('answers Accept: %s with %s', (accept, format) => {
  expect(negotiateFormat(accept)).toBe(format);
});
