import { expect, it } from 'vitest';
import { escaped } from './svg.ts';

it('writes every text as XML', () => {
  expect(escaped('<a href="x">\'&\u0000\ud83d\ude00</a>')).toBe(
    '&lt;a href=&quot;x&quot;&gt;&apos;&amp;\ufffd\ud83d\ude00&lt;/a&gt;',
  );
});
