/** Einsum without ellipses and without a letter twice in one operand. */

import { LatheError } from '../../../errors.ts';
import { attr } from '../../../model/attribute.ts';
import type { Node } from '../../../model/node.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { GradientRule, GradientRules } from '../rule.ts';

interface Equation {
  readonly inputs: readonly string[];
  readonly output: string;
}

function parse(node: Node): Equation {
  const text = node.string('equation', '').replaceAll(' ', '');
  const [left = '', right] = text.split('->');
  const inputs = left.split(',');
  const repeated = inputs.some((letters) => new Set(letters).size !== letters.length);
  if (text.includes('.') || repeated) {
    throw new LatheError('UNSUPPORTED', `Einsum "${node.label}" (${text}) cannot be trained through.`, {
      fix: 'Write it without "..." and without a letter twice in one operand, or freeze the layers before it.',
      at: { node: node.label },
    });
  }
  // Without "->" the output has the letters that occur once, in alphabetical order.
  const once = [...new Set(left.replaceAll(',', ''))].filter((letter) => left.split(letter).length === 2).sort();
  return { inputs, output: right ?? once.join('') };
}

/** The gradient of an operand is dY times all the others, summed over what the operand does not have. */
const einsum: GradientRule = {
  backward: (g, node, call) => {
    const { inputs, output } = parse(node);
    return inputs.map((letters, i) => {
      if (!call.needs(i)) return undefined;
      const terms = [output, ...inputs.filter((_, k) => k !== i)];
      const operands = [call.gradient, ...node.inputs.filter((_, k) => k !== i)];
      const known = Array.from(letters).filter((letter) => terms.some((term) => term.includes(letter))).join('');
      const equation = `${terms.join(',')}->${known}`;
      const product = g.emit('Einsum', operands, { equation: attr.string(equation) });
      return stretch(g, product, letters, known, g.dims(node.inputs[i]!));
    });
  },
};

/** Letters that only this operand had were summed away: each of their elements has the same gradient. */
function stretch(g: GraphBuilder, value: string, letters: string, known: string, dims: readonly number[]): string {
  if (letters === known) return value;
  const shape = dims.map((length, i) => (known.includes(letters[i]!) ? length : 1));
  return g.expand(g.reshape(value, shape), dims);
}

export const einsumRules: GradientRules = { Einsum: einsum };
