/** A Hugging Face tokenizer.json (BPE, WordPiece, Unigram), run by the library of its makers. */

import { dirname, join } from 'node:path';
import { existsSync } from 'node:fs';
import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import { LatheError, messageOf } from '../../errors.ts';
import { readJsonFile } from './paths.ts';

export interface Encoded {
  readonly ids: readonly number[];
  /** 1 for tokens of the second text of a pair. */
  readonly typeIds: readonly number[];
}

export interface Tokenizer {
  /** With the special tokens that the tokenizer adds; a longer text loses its end, not its special tokens. */
  encode(text: string, pair?: string, length?: number): Encoded;
  /** What fills up sequences that are too short. */
  readonly padId: number;
}

/**
 * @param path of a tokenizer.json; a tokenizer_config.json beside it is heeded
 * @throws LatheError `FILE`, or `DATA` for what is no tokenizer
 */
export async function readTokenizer(path: string): Promise<Tokenizer> {
  const json = await readJsonFile(path, 'The tokenizer');
  const configPath = join(dirname(path), 'tokenizer_config.json');
  const config = existsSync(configPath) ? await readJsonFile(configPath, 'The tokenizer\'s configuration') : {};
  let library: LibraryTokenizer;
  try {
    library = new LibraryTokenizer(json as object, config as object);
  } catch (error) {
    throw new LatheError('DATA', `"${path}" is not a tokenizer that Lathe can read.`, {
      detail: messageOf(error), fix: 'Give the tokenizer.json of a Hugging Face model.', at: { file: path },
    });
  }
  const single = (text: string): Encoded => {
    const { ids } = library.encode(text);
    return { ids, typeIds: ids.map(() => 0) };
  };
  const full = (text: string, pair?: string): Encoded => {
    const first = single(text);
    if (pair === undefined) return first;
    const both = library.encode(text, { text_pair: pair, return_token_type_ids: true });
    // The library loses the second text where the tokenizer has no template for pairs.
    if (both.ids.length > first.ids.length) return { ids: both.ids, typeIds: both.token_type_ids };
    const second = single(pair);
    return { ids: [...first.ids, ...second.ids], typeIds: [...first.typeIds, ...second.ids.map(() => 1)] };
  };
  return {
    padId: padIdOf(json, config),
    encode(text, pair, length) {
      const encoded = full(text, pair);
      if (length === undefined || encoded.ids.length <= length) return encoded;
      const end = endTokens(encoded.ids, library.encode(pair ?? text, { add_special_tokens: false }).ids);
      const cut = (list: readonly number[]): number[] =>
        [...list.slice(0, Math.max(0, length - end)), ...list.slice(list.length - Math.min(end, length))];
      return { ids: cut(encoded.ids), typeIds: cut(encoded.typeIds) };
    },
  };
}

/** How many special tokens follow the last text. */
function endTokens(ids: readonly number[], body: readonly number[]): number {
  for (let end = 0; end <= ids.length - body.length; end++) {
    const start = ids.length - end - body.length;
    if (body.every((id, i) => ids[start + i] === id)) return end;
  }
  return 0;
}

function padIdOf(json: unknown, config: unknown): number {
  const { padding, added_tokens: added } = json as {
    padding?: { pad_id?: number } | null;
    added_tokens?: readonly { id: number; content: string }[];
  };
  if (typeof padding?.pad_id === 'number') return padding.pad_id;
  const { pad_token: token } = config as { pad_token?: string | { content?: string } | null };
  const word = typeof token === 'object' ? token?.content : token;
  return added?.find(({ content }) => content === (word ?? '[PAD]') || content === '<pad>')?.id ?? 0;
}
