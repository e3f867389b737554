import { expect, test } from 'vitest';
import { placeholderIn } from '../src/placeholder.ts';

test.each([
  '<token>',
  'abc<your-key>',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what was not filled in.
  '${TOKEN}',
  '{{ token }}',
  'xxx',
  'XXXXXXXXXXXXXXXXXXXXXXXX',
  'xoxb-xxxxxxxxxxxx',
  'undefined',
  'null',
  '[object Object]',
  '%5Bobject%20Object%5D',
  'your-token',
  'your_routing_key',
  'YOUR-API-KEY-HERE',
  'changeme',
  'change-me',
  'replace_me',
  'placeholder',
])('%s stands for something', (text) => {
  expect(placeholderIn(text)).toBeDefined();
});

test.each([
  'e93facc04764012d7bfb002500d5d1a6',
  ['xoxb', '2147483647', 'Abcd3fghIjklMn0p'].join('-'),
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'my-webhook',
  'nullable',
  'undefined-behaviour',
  'xx',
  'placeholders-of-the-team',
  'exchange-menu',
])('%s stands for itself', (text) => {
  expect(placeholderIn(text)).toBeUndefined();
});
