import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readTokenizer } from './tokenizer.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** What Hugging Face's own library makes of the same texts (fixtures/make.py). */
const expected = JSON.parse(readFileSync(fixture('tokens.json'), 'utf8')) as Record<
  string,
  { cases: { text: string; ids: number[] }[]; pair: { ids: number[]; typeIds: number[] } }
>;

describe('tokenizers', () => {
  it.each(Object.entries(expected))('%s gives the ids of Hugging Face', async (name, { cases, pair }) => {
    const tokenizer = await readTokenizer(fixture(`tokenizer-${name}.json`));
    for (const { text, ids } of cases) expect(tokenizer.encode(text).ids).toEqual(ids);
    const encoded = tokenizer.encode('The lathe', 'cuts wood');
    expect(encoded.ids).toEqual(pair.ids);
    expect(encoded.typeIds).toEqual(pair.typeIds);
  });

  it('keeps the special tokens of a text that is cut off', async () => {
    const tokenizer = await readTokenizer(fixture('tokenizer-wordpiece.json'));
    const [{ text, ids }] = expected['wordpiece']!.cases as [{ text: string; ids: number[] }];
    const { ids: cut, typeIds } = tokenizer.encode(text, undefined, 5);
    expect(cut).toEqual([...ids.slice(0, 4), ids.at(-1)]);
    expect(typeIds).toHaveLength(5);
    expect(tokenizer.padId).toBe(0);
  });

  it('refuses other JSON', async () => {
    await expect(readTokenizer(fixture('arrays.json'))).rejects.toMatchObject({ code: 'DATA', fix: /tokenizer.json/ });
  });
});
