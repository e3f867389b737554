import fc from 'fast-check';
import { expect, test } from 'vitest';
import { striking } from '../../src/http/secrets.ts';

const secretText = fc
  .string({ unit: 'grapheme-ascii', minLength: 6, maxLength: 40 })
  .filter((text) => text.trim() === text);
const anyAround = fc.string({ unit: 'grapheme', maxLength: 30 });
const forms: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => secret.toUpperCase(),
  (secret) => encodeURIComponent(secret),
  (secret) => JSON.stringify({ secret }),
];

test('a secret is in no text that is struck, in whatever form and beside whatever else', () => {
  fc.assert(
    fc.property(
      secretText,
      anyAround,
      anyAround,
      fc.constantFrom(...forms),
      (secret, before, after, form) => {
        const strike = striking(new URL('https://hooks.example.com'), [secret]);
        const quoted = form(secret);
        const struck = strike(`${before}${quoted}${after}`).toLowerCase();
        expect(struck).not.toContain(secret.toLowerCase());
        expect(struck).not.toContain(encodeURIComponent(secret).toLowerCase());
      },
    ),
  );
});

test('the path and the query of an address are in no text that is struck', () => {
  const word = fc.string({
    unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEF0123456789-_'),
    minLength: 8,
    maxLength: 30,
  });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), word, (segments, value) => {
      const url = new URL(`https://hooks.example.com/${segments.join('/')}?sig=${value}`);
      const strike = striking(url, []);
      const texts = [
        `no ${url.href}`,
        `no ${url.pathname}`,
        `no ${url.search}`,
        ...segments,
        value,
        url.href.toUpperCase(),
      ];
      for (const text of texts.map(strike)) {
        for (const secret of [...segments, value])
          expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
      }
    }),
  );
});

test('what is not secret stays as it is', () => {
  const strike = striking(new URL('https://hooks.example.com/'), []);
  expect(strike('no such channel: https://hooks.example.com/')).toBe(
    'no such channel: https://hooks.example.com/',
  );
});
