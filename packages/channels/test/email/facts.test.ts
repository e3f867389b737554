import { expect, test } from 'vitest';
import { htmlBody, textBody } from '../../src/email/body.ts';
import { notificationOf } from '../delivery/lane-bed.ts';

test('a mail tells what the payload says, as chat does, and then what it is', () => {
  const payload = { order: 4711, rate: 0.123456, stack: 'Error\n    at x.js:1', items: ['a', '<b>'] };
  const batch = [notificationOf('a', { payload })];
  const text = textBody(batch);
  expect(text).toContain('order: 4711\nrate: 0.1235\nitems: a, <b>\nTime: ');
  expect(text).not.toContain('x.js');
  expect(htmlBody(batch)).toContain('a, &lt;b&gt;');
});
