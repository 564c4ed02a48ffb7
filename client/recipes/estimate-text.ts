import type { RecipeEstimate } from '../../protocol/advice.ts';
import { bytesInWords } from '../../protocol/words.ts';
import { predictionText } from '../wizard/figures.ts';

/** An estimate as Markdown: the whole, what it rests on, and every layer that changes. */
export function estimateText(recipe: string, { predicted, layers, notes }: RecipeEstimate): string {
  const changed = layers.filter(({ bytesBefore, bytesAfter }) => bytesBefore !== bytesAfter);
  const rows = changed.map(({ name, opType, action, bytesBefore, bytesAfter }) => {
    const sizes = `${bytesInWords(bytesBefore)} | ${bytesInWords(bytesAfter)}`;
    return `| ${cell(name)} (${opType}) | ${cell(action)} | ${sizes} |`;
  });
  return [
    `# ${recipe}: what it would do`,
    '',
    `**${predictionText(predicted)}**`,
    '',
    `Estimated, nothing was run. ${predicted.basis}`,
    ...(notes.length > 0 ? ['', ...notes.map((note) => `- ${note}`)] : []),
    ...(rows.length > 0
      ? ['', '| Layer | Becomes | Now | Then |', '|---|---|---:|---:|', ...rows]
      : ['', 'No layer changes its size.']),
    '',
  ].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
