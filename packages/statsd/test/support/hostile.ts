import fc from 'fast-check';

/** Text made of what means something to a receiver, and of everything else. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({
    unit: fc.constantFrom(
      ...'\n\r\t :|@#,=[];.-_/\\"\u0000\u2028\u0085',
      'a',
      '1',
      'é',
      '😀',
      '\ud800',
      'c',
      'g',
    ),
    maxLength: 12,
  }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    'x:1|c\nstolen:1|c',
    '\nstolen:1000|c',
    'a|#role:admin',
    'a,role:admin',
    'a|c:other',
    'a|@0.0001',
    'a\r\nstolen:1|g',
    '__proto__',
    'constructor',
  ),
);

/** Attributes with nothing safe about them. */
export const hostileAttributes: fc.Arbitrary<Record<string, string>> = fc.dictionary(
  hostileText,
  hostileText,
  {
    maxKeys: 5,
  },
);
