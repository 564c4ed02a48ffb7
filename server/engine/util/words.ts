/** The words for figures are the same in every process: they live beside the messages. */

export * from '../../../protocol/words.ts';
