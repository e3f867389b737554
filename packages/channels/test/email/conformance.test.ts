import { email } from '../../src/email/email-channel.ts';
import { runSuite } from '../conformance/run-suite.ts';
import { openMailServer } from './mail-server.ts';

const pass = 'correct-horse-battery';

runSuite('the e-mail channel', {
  open: () =>
    openMailServer({
      // Without TLS on this machine alone.
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _, done) =>
        password === pass ? done(null, { user: username }) : done(new Error('no')),
    }),
  channel: ({ port }) =>
    email({
      host: '127.0.0.1',
      port,
      auth: { user: 'alerts', pass },
      from: 'Alerts <alerts@example.com>',
      to: ['ops@example.com', 'Night Shift <night@example.com>'],
    }),
  behaviours: {
    refuse: true,
    hang: true,
    throttle: 'SMTP has no way to say for how long',
    fail: true,
    reject: true,
    rubbish: true,
    break: true,
    redirect: 'a reply of 251 or 551 names a mailbox, not a server (RFC 5321, 3.4)',
  },
  sendsIds: true,
  secrets: [
    pass,
    Buffer.from(`\u0000alerts\u0000${pass}`).toString('base64'),
    Buffer.from(pass).toString('base64'),
  ],
});
