import { describe, expect, it } from 'vitest';
import { compileTemplates } from '../../src/template/render.ts';
import { CALM, notification } from '../support/notifications.ts';
import { only, useBench } from './bench.ts';
import { header } from './mime.ts';

const bench = useBench();

describe('a mail', () => {
  it('says what has happened, to everybody, in text and HTML', async () => {
    const { server, channel } = await bench({
      to: ['ops@example.com', 'Zoë <zoe@example.com>'],
      cc: 'cc@example.com',
      bcc: ['boss@example.com'],
      replyTo: 'oncall@example.com',
    });
    const render = compileTemplates(channel.settings);
    await channel.deliver([render(notification({ id: 'n-1', text: 'It was healthy.\n<b>' }))], CALM);
    const mail = only(server);
    expect(mail.from).toBe('alerts@example.com');
    expect(mail.recipients).toEqual([
      'ops@example.com',
      'zoe@example.com',
      'cc@example.com',
      'boss@example.com',
    ]);
    expect(mail.raw).not.toContain('boss@');
    expect(header(mail, 'from')).toBe('Alerts <alerts@example.com>');
    expect(header(mail, 'to')).toBe('ops@example.com, Zoë <zoe@example.com>');
    expect(header(mail, 'cc')).toBe('cc@example.com');
    expect(header(mail, 'reply-to')).toBe('oncall@example.com');
    expect(header(mail, 'subject')).toBe('[error] checkout: database is unhealthy');
    expect(header(mail, 'message-id')).toBe('<n-1@example.com>');
    expect(header(mail, 'auto-submitted')).toBe('auto-generated');
    expect(header(mail, 'x-priority')).toBe('1 (Highest)');
    expect(mail.text).toBe(
      [
        '[error] checkout: database is unhealthy',
        '',
        'It was healthy.',
        '<b>',
        '',
        'Time: 2024-02-29T12:34:56.789Z',
        'Severity: error, triggered',
        'About: health/database',
        'Service: checkout 1.2.3',
        'Environment: production',
        'Host: web-1',
        'Instance: a1',
        'Event: health.status.changed',
        'Id: n-1',
      ].join('\n'),
    );
    expect(mail.html).toContain('It was healthy.\n&lt;b&gt;');
  });

  it('belongs to those of its key, and is less urgent when it is over', async () => {
    const { server, channel } = await bench();
    await channel.deliver([notification({ id: 'a', key: 'disk' })], CALM);
    await channel.deliver([notification({ id: 'b', key: 'disk', phase: 'resolved' })], CALM);
    await channel.deliver([notification({ id: 'c', key: 'other', severity: 'warning' })], CALM);
    const [a, b, c] = server.mails();
    if (a === undefined || b === undefined || c === undefined) throw new Error('mails');
    const thread = header(a, 'references');
    expect(thread).toMatch(/^<[0-9a-f]{32}\.key@example\.com>$/);
    expect(header(a, 'in-reply-to')).toBe(thread);
    expect(header(b, 'references')).toBe(thread);
    expect(header(c, 'references')).not.toBe(thread);
    expect([b, c].map((mail) => mail.headers.find(([name]) => name === 'importance')?.[1])).toEqual([
      'Low',
      undefined,
    ]);
  });

  it('belongs to no other service, and no other environment', async () => {
    const { server, channel } = await bench();
    for (const source of [
      { service: 'checkout', environment: 'production', host: 'a' },
      { service: 'checkout', environment: 'production', host: 'b' },
      { service: 'checkout', environment: 'staging' },
      { service: 'billing', environment: 'production' },
    ]) {
      await channel.deliver([notification({ key: 'health/database', source })], CALM);
    }
    const threads = server.mails().map((mail) => header(mail, 'references'));
    expect(threads[1]).toBe(threads[0]);
    expect(new Set(threads).size).toBe(3);
  });

  it('of several is a digest, in order, of no thread but where all have one', async () => {
    const { server, channel } = await bench();
    const batch = [
      notification({ title: 'first', severity: 'info' }),
      notification({ title: 'second', key: 'other' }),
    ];
    await channel.deliver(batch, CALM);
    await channel.deliver(batch, CALM);
    const [mail, again] = server.mails();
    if (mail === undefined || again === undefined) throw new Error('mails');
    expect(header(mail, 'subject')).toBe('2 notifications: first');
    expect(mail.text.indexOf('first')).toBeLessThan(mail.text.indexOf('second'));
    expect(mail.headers.some(([name]) => name === 'references')).toBe(false);
    expect(header(mail, 'x-priority')).toBe('1 (Highest)');
    // What is sent twice can be told.
    expect(header(again, 'message-id')).toBe(header(mail, 'message-id'));
  });

  it('has the headers that it is meant to have, whatever a notification says', async () => {
    const { server, channel } = await bench();
    const evil = 'x\r\nBcc: victim@example.com\r\n\r\n.\r\nRCPT TO:<victim@example.com>\r\n';
    await channel.deliver(
      [notification({ id: evil, title: evil, key: evil, text: evil, event: evil })],
      CALM,
    );
    const mail = only(server);
    expect(mail.recipients).toEqual(['ops@example.com']);
    expect(mail.headers.map(([name]) => name)).not.toContain('bcc');
    expect(header(mail, 'message-id')).toMatch(/^<id\.[0-9a-f]{32}@example\.com>$/);
    expect(header(mail, 'subject')).toContain('x Bcc: victim@example.com');
  });

  it('has the subject of the template', async () => {
    const { server, channel } = await bench({ title: '{{severity}}/{{key}}' });
    await channel.deliver([compileTemplates(channel.settings)(notification())], CALM);
    expect(header(only(server), 'subject')).toBe('error/health/database');
  });
});
