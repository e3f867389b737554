import { DiagLogLevel, diag } from '@opentelemetry/api';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseTemplate } from '../../src/template/parse-template.ts';
import { compileTemplates } from '../../src/template/render.ts';
import { notification } from '../support/notifications.ts';

const one = notification({
  payload: {
    reason: 'slow',
    labels: { 'app-name': 'shop' },
    list: [{ name: 'first' }],
    count: 3,
    none: null,
    flag: false,
  },
});
const title = (template: string): string => compileTemplates({ title: template })(one).title;

describe('a template', () => {
  it.each([
    ['{{severity}}: {{title}} ({{payload.reason}})', 'error: database is unhealthy (slow)'],
    ['{{ payload.labels.app-name }}/{{payload.list.0.name}}', 'shop/first'],
    ['{{payload.count}} {{payload.flag}}', '3 false'],
    ['a{{payload.none}}b{{payload.missing.deeper}}c{{nothing}}d', 'abcd'],
    ['{{payload.labels}}', '{"app-name":"shop"}'],
    ['{{title.length}}{{payload.list.length}}{{payload.toString}}x', '1x'],
    ['plain { } text', 'plain { } text'],
    ['{{severity}}{{severity}}', 'errorerror'],
  ])('%s', (template, expected) => {
    expect(title(template)).toBe(expected);
  });

  it('puts in what a notification says as nothing but text', () => {
    const sly = notification({ title: '{{payload.secret}}', payload: { secret: 's' } });
    expect(compileTemplates({ title: '{{title}}' })(sly).title).toBe('{{payload.secret}}');
  });

  it('that makes no title leaves the one there was; a text may be empty', () => {
    const { title: own, text } = compileTemplates({ title: '{{nothing}}', text: '{{nothing}}' })(one);
    expect({ own, text }).toEqual({ own: one.title, text: '' });
  });

  it('makes one line of a title, and a bounded text', () => {
    const rendered = compileTemplates({
      title: () => 'a\r\nb\u001b[2J \u200ec\u061c',
      text: () => 'x'.repeat(100_000),
    })(one);
    expect(rendered.title).toBe('a b[2J c');
    expect(rendered.text.length).toBe(8_192);
  });

  it('leaves a notification as it is where there is none', () => {
    expect(compileTemplates({})(one)).toBe(one);
    expect(compileTemplates(undefined)(one)).toBe(one);
  });

  it.each([
    '{{severity',
    'severity}}',
    '{{a}} {{',
    '{{}}',
    '{{ }}',
    '{{a..b}}',
    '{{.a}}',
    '{{a b}}',
    '{{{a}}}',
    '{{#if a}}',
    '{{a{b}}',
    '{{payload.__proto__.x}}',
    '{{constructor}}',
  ])('%s is wrong', (text) => {
    expect(parseTemplate(text)).toHaveProperty('problem');
  });

  it('never throws, and changes nothing but the paths, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('{', '}', 'a', '.', ' ', '\n') }), (text) => {
        const parsed = parseTemplate(text);
        if ('problem' in parsed) return;
        expect(parsed.filter((piece) => typeof piece === 'string').join('')).toBe(
          text.replace(/\{\{[^{}]*\}\}/g, ''),
        );
      }),
    );
  });
});

describe('a function', () => {
  let reports: string[] = [];
  beforeEach(() => {
    reports = [];
    const log = (...all: unknown[]) => void reports.push(all.join(' '));
    diag.setLogger(
      { error: log, warn: log, info: log, debug: log, verbose: log },
      { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
    );
  });
  afterEach(() => diag.disable());

  it('renders what it returns', () => {
    expect(compileTemplates({ text: ({ key }) => `about ${key}` })(one).text).toBe('about health/database');
  });

  it('that throws, or returns no text, leaves what the event says of itself, and is reported', () => {
    const { title: own, text } = compileTemplates({
      title: () => {
        throw new Error('oops');
      },
      text: (async () => {
        throw new Error('later');
      }) as never,
    })(one);
    expect({ own, text }).toEqual({ own: one.title, text: one.text });
    expect(reports.join('\n')).toContain('channels: the template of the title failed: oops');
    expect(reports.join('\n')).toContain(
      'channels: the template of the text failed: it returned a promise, not text',
    );
  });
});
