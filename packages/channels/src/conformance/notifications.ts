import type { Json, Notification } from '../notification.ts';

let made = 0;

/**
 * A notification with a title that no other has, frozen in depth: channels may change nothing of it. Its title and its text
 * begin with words that are found again in any format.
 */
export function notificationOf(parts: Partial<Notification> = {}): Notification {
  const mark = `conformance${++made}`;
  return deepFrozen({
    id: `id-${mark}`,
    event: 'conformance.checked',
    timestampMillis: Date.UTC(2024, 1, 29, 12, 34, 56, 789) + made,
    severity: 'error',
    phase: 'triggered',
    key: `conformance/${mark}`,
    source: {
      service: 'checkout',
      version: '1.2.3',
      environment: 'production',
      host: 'web-1',
      instance: 'a1',
    },
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    payload: { check: 'database', from: 'healthy', to: 'unhealthy', attempts: 3, rootCauses: ['disk'] },
    ...parts,
    title: `${mark} title ${parts.title ?? 'the database is unhealthy'}`,
    text: `${mark} text ${parts.text ?? 'It has not answered\nfor two minutes.'}`,
  });
}

/** A notification that has `text` wherever a text can be. */
export function saying(text: string): Notification {
  return notificationOf({
    event: `conformance.${text}`,
    key: `conformance/${++made}/${text}`,
    title: text,
    text,
    source: { service: text, version: text, environment: text, host: text, instance: text },
    traceId: text,
    spanId: text,
    payload: {
      [text]: text,
      nested: { [text]: [text, { [text]: text }] },
      name: text,
      reason: text,
      labels: { [text]: text },
    },
  });
}

/** A notification with nothing in it. */
export function saysNothing(): Notification {
  const { traceId: _, spanId: __, ...rest } = notificationOf();
  return deepFrozen({ ...rest, event: '', key: '', title: '', text: '', source: {}, payload: {} });
}

/** Texts that break formats, or do things to whoever reads them, by what they are. */
export const HOSTILE: Readonly<Record<string, string>> = {
  'lone surrogates': 'half \uD83D of a pair, \uDE00 the other half, \uD83D',
  'control characters': `${Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('')}\u007F\u0085\u2028\u2029\uFEFF\u202Etxt.exe\u202C \u001B[31mred\u001B[0m`,
  'line ends that forge what follows': 'a\r\nSubject: forged\r\n\r\n{"id":"forged"}\n{"id":"forged"}\r.\r\n',
  'markup of Slack':
    '<!channel> <!here> <!everyone> <@U012AB3CD> <!subteam^S012AB3CD> <#C012AB3CD> <https://evil.example|click> *bold* _it_ ~no~ `code` ```code``` &amp; > quote',
  'mentions of Discord and Teams':
    '@everyone @here <@123456789012345678> <@!123456789012345678> <@&123456789012345678> <#123456789012345678> <t:1:R> <at>Everyone</at> @channel',
  Markdown:
    '# heading\n**bold** __under__ ~~no~~ ||spoiler|| [click](https://evil.example) ![image](https://evil.example/i.png) <https://evil.example> `code` ```\ncode\n``` > quote\n- list\n1. list\n| a | b |\n|---|---|\n\\',
  'HTML and XML':
    '<script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:alert(1)">x</a> " \' </textarea> ]]> <!--  &lt; &#x3C;',
  'text of templates and shells':
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what a careless template would take for one.
    '{{title}} ${title} {{{payload}}} $(id) `id` %s %n %7B ../../etc/passwd \\u0000',
  'text that JSON and JavaScript take for more than it is':
    '__proto__ constructor "}],"forged":true,"x":[{" \\" \\',
};

/** Texts of great length. */
export const HUGE: Readonly<Record<string, string>> = {
  'one long word': 'a'.repeat(20_000),
  'many lines': 'line\n'.repeat(10_000),
  'characters outside the basic plane': '😀'.repeat(10_000),
  'what is longer when it is escaped': '<&>"\\*_'.repeat(5_000),
};

/** A payload of many keys, deep and long values. */
export function hugePayload(): Readonly<Record<string, Json>> {
  let deep: Json = 'bottom';
  for (let depth = 0; depth < 50; depth++) deep = { deeper: deep };
  const many = Object.fromEntries(
    Array.from({ length: 200 }, (_, at) => [`key ${at}`, `value ${at} `.repeat(20)]),
  );
  return { ...many, deep, list: Array.from({ length: 500 }, (_, at) => at) };
}

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFrozen(part);
  }
  return value;
}
