import { describeValue, findPackage, OptionReader, packageMissing } from '@org/instrument-core';
import { FOR_PEOPLE } from '../selection/selection.ts';
import { CHANNEL_SETTINGS, readSettings } from '../settings/read-settings.ts';
import type { ChannelSettings } from '../settings.ts';
import { type Address, parseAddress } from './address.ts';
import type { EmailOptions } from './email-channel.ts';
import { readServer, SERVER_OPTIONS, type Server } from './server.ts';
import { subjectOf } from './subject.ts';

const OWN = ['name', 'from', 'to', 'cc', 'bcc', 'replyTo', ...SERVER_OPTIONS] as const;
const NOBODY: Address = { name: '', address: 'nobody@localhost' };
/** What servers take in one mail at least (RFC 5321, 4.5.3.1.8). */
const MAX_RECIPIENTS = 100;

/** Who writes to whom. */
export interface Envelope {
  readonly from: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  readonly replyTo: Address | undefined;
}

/** Options with the defaults filled in. */
export interface EmailSettings {
  readonly name: string;
  readonly settings: ChannelSettings;
  readonly server: Server;
  readonly envelope: Envelope;
}

/** @throws {InstrumentError} with all that is wrong, or when nodemailer is not installed. */
export function readOptions(options: EmailOptions): EmailSettings {
  const read = new OptionReader(options, [...CHANNEL_SETTINGS, ...OWN]);
  const settings: EmailSettings = {
    name: read.text('name', 'email'),
    settings: readSettings(read, { ...FOR_PEOPLE, title: subjectOf }),
    server: readServer(read),
    envelope: readEnvelope(read),
  };
  read.done('The options of the e-mail channel are wrong');
  if (findPackage('nodemailer', import.meta.url) === undefined) {
    throw packageMissing({ name: 'nodemailer', path: 'email' });
  }
  return settings;
}

function readEnvelope(read: OptionReader<EmailOptions>): Envelope {
  if (read.raw('from') === undefined) read.required('from', 'Alerts <alerts@example.com>');
  const [from = NOBODY] = readAddresses(read, 'from');
  const envelope: Envelope = {
    from,
    to: readAddresses(read, 'to'),
    cc: readAddresses(read, 'cc'),
    bcc: readAddresses(read, 'bcc'),
    replyTo: readAddresses(read, 'replyTo')[0],
  };
  const count = envelope.to.length + envelope.cc.length + envelope.bcc.length;
  const isAnyGiven = (['to', 'cc', 'bcc'] as const).some((key) => read.raw(key) !== undefined);
  if (!isAnyGiven) read.add('to', 'nobody', 'at least one address', "Give it, as in to: 'ops@example.com'.");
  if (count > MAX_RECIPIENTS) {
    read.add('to', `${count} addresses`, `at most ${MAX_RECIPIENTS}`, 'Use the address of a mailing list.');
  }
  return envelope;
}

function readAddresses(
  read: OptionReader<EmailOptions>,
  key: 'from' | 'to' | 'cc' | 'bcc' | 'replyTo',
): Address[] {
  const given: unknown = read.raw(key);
  if (given === undefined) return [];
  const isOne = key === 'from' || key === 'replyTo';
  const list: readonly unknown[] = Array.isArray(given) && !isOne ? given : [given];
  if (list.length === 0) read.add(key, 'an empty list', 'at least one address');
  return list.flatMap((one, i) => {
    const address = typeof one === 'string' ? parseAddress(one) : undefined;
    if (address !== undefined) return [address];
    const fix =
      typeof one === 'string' && one.includes(',') && !isOne ? 'Give several as a list.' : undefined;
    const expected = "an address, as 'a@example.com' or 'Name <a@example.com>'";
    read.add(list === given ? `${key}[${i}]` : key, describeValue(one), expected, fix);
    return [];
  });
}
