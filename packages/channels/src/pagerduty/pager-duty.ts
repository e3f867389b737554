import type { OptionReader } from '@org/instrument-core';
import type { Channel } from '../channel.ts';
import { type Answer, jsonObject } from '../http/answer.ts';
import { jsonOf } from '../http/json.ts';
import { post } from '../http/post.ts';
import { readAddress, readSecret } from '../http/read-target.ts';
import type { Refusal } from '../http/refusal.ts';
import { readForPeople } from '../message/for-people.ts';
import { readLinks } from '../message/links.ts';
import { type Notification, SEVERITIES, type Severity } from '../notification.ts';
import type { ChannelSettings } from '../settings.ts';
import { dedupKeyOf } from './dedup-key.ts';
import { eventOf } from './event.ts';
import { asLink, ownImages, ownLinks } from './links.ts';
import type { PagerDutyOptions } from './options.ts';

/**
 * https://developer.pagerduty.com/docs/events-api-v2/overview; service regions:
 * https://support.pagerduty.com/docs/service-regions.
 */
const ADDRESSES = {
  us: 'https://events.pagerduty.com/v2/enqueue',
  eu: 'https://events.eu.pagerduty.com/v2/enqueue',
} as const;
const OWN = [
  'routingKey',
  'region',
  'url',
  'occurred',
  'dedupKey',
  'client',
  'clientUrl',
  'links',
  'images',
  'traceUrl',
] as const;
/** Links, and pictures, of an event. */
const MAX_LINKS = 20;

/**
 * Sends notifications to PagerDuty (Events API v2): what has begun triggers an incident, what somebody takes care of
 * acknowledges it, and its end resolves it. Other than elsewhere, `minSeverity` is `error` by default: a pager wakes people.
 *
 * @throws {InstrumentError} `INSTRUMENT_INVALID_ARGUMENT` with all that is wrong with the options; no secret is shown.
 */
export function pagerDuty(options: PagerDutyOptions): Channel {
  const { read, name, settings } = readForPeople(options, OWN, 'pagerDuty', { minSeverity: 'error' });
  const linksOf = readLinks(read);
  const routingKey = readRoutingKey(read);
  const region = read.oneOf('region', 'us', ['us', 'eu']);
  const url = readAddress(read, 'url', ADDRESSES.us, ADDRESSES[region]);
  const occurred = read.oneOf('occurred', 'error', [...SEVERITIES, 'never']);
  const own = {
    dedupKey: read.callback<NonNullable<PagerDutyOptions['dedupKey']>>('dedupKey'),
    links: read.callback<NonNullable<PagerDutyOptions['links']>>('links'),
    images: read.callback<NonNullable<PagerDutyOptions['images']>>('images'),
  };
  const client = read.text('client', undefined);
  const clientUrl =
    read.raw('clientUrl') === undefined
      ? undefined
      : readAddress(read, 'clientUrl', 'https://grafana.example.com');
  read.done('PagerDuty cannot be set up');
  return {
    name,
    settings: withoutMinor(settings, occurred),
    async deliver(batch, { signal }) {
      for (const notification of batch) {
        const event = eventOf(notification, {
          routingKey,
          dedupKey: dedupKeyOf(notification, own.dedupKey),
          client,
          clientUrl,
          links: [...linksOf(notification).map(asLink), ...ownLinks(own.links, notification)].slice(
            0,
            MAX_LINKS,
          ),
          images: ownImages(own.images, notification).slice(0, MAX_LINKS),
        });
        await post({ receiver: 'PagerDuty', url, body: jsonOf(event), signal, secrets: [routingKey], judge });
      }
    },
  };
}

function readRoutingKey(read: OptionReader<PagerDutyOptions>): string {
  const key = readSecret(read, 'routingKey');
  const fix = 'It is on the page of the Events API v2 integration of a service, as "Integration Key".';
  if (read.raw('routingKey') === undefined) read.add('routingKey', 'nothing', '32 letters and digits', fix);
  if (key !== undefined && !/^[A-Za-z0-9]{32}$/.test(key)) {
    read.add('routingKey', `text of ${key.length} characters`, '32 letters and digits', fix);
  }
  return key ?? '';
}

/** Leaves out what does not last and is not bad enough to wake somebody. */
function withoutMinor(settings: ChannelSettings, least: Severity | 'never'): ChannelSettings {
  const filter = settings.filter;
  const from = least === 'never' ? SEVERITIES.length : SEVERITIES.indexOf(least);
  const isTaken = ({ phase, severity }: Notification): boolean =>
    phase !== 'occurred' || SEVERITIES.indexOf(severity) >= from;
  return Object.freeze({
    ...settings,
    filter: (notification: Notification) =>
      isTaken(notification) && (filter === undefined || filter(notification)),
  });
}

/** Success says so, in JSON; what is wrong with an event is listed. */
function judge(answer: Answer): Refusal | undefined {
  const said = jsonObject(answer);
  if (said === undefined) {
    const isOther = answer.status < 300 && answer.isComplete && answer.text.trim() !== '';
    return isOther ? { reason: 'what is no answer of PagerDuty' } : undefined;
  }
  const { status = 'success', message, errors = [] } = said;
  if (answer.status < 300 && status === 'success') return undefined;
  const reasons = [message, ...(Array.isArray(errors) ? errors : [])].filter(
    (one) => typeof one === 'string',
  );
  if (reasons.length > 0) return { reason: reasons.join('; ') };
  return answer.status < 300 ? { reason: String(status) } : undefined;
}
