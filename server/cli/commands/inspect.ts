/** `lathe inspect`: what is in a model. */

import { inspectModel, type Inspection, type InspectedValue } from '../../engine/recipe/inspect.ts';
import { bytesInWords, countInWords, plural } from '../../engine/util/words.ts';
import type { Command } from '../command.ts';
import { sarifOption, writeSarif } from '../sarif.ts';
import { shorten, table } from '../table.ts';

export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'what is in a model: inputs, layers, parameters, bytes by type, problems',
  usage: 'MODEL',
  options: [sarifOption],
  operands: { min: 1, max: 1, names: 'one model' },
  async run({ args, output }) {
    const path = args.operands[0]!;
    const inspection = inspectModel(path);
    const sarif = args.text('sarif');
    if (sarif !== undefined) writeSarif(sarif, path, inspection.problems);
    output.result(inspection, inspectionText(inspection));
    return inspection.problems.some(({ severity }) => severity === 'error') ? 1 : 0;
  },
};

function inspectionText(model: Inspection): string {
  const opsets = Object.entries(model.opsets).map(([domain, version]) => `${domain} ${version}`.trim());
  const head = table([
    ['file', `${model.path}, ${bytesInWords(model.sizeBytes)}`],
    ['format', `ONNX, IR ${model.irVersion}, opset ${opsets.join(', ')}`],
    ...(model.producer === null ? [] : [['made by', model.producer]]),
    ...model.inputs.map((value, i) => [i === 0 ? 'inputs' : '', valueText(value)]),
    ...model.outputs.map((value, i) => [i === 0 ? 'outputs' : '', valueText(value)]),
    ['parameters', countInWords(model.parameters)],
    ...(model.macs === null ? [] : [['multiply-adds', countInWords(model.macs)]]),
    ['nodes', `${model.nodes}${model.functions > 0 ? `, ${plural(model.functions, 'function')}` : ''}`],
    ['weights', Object.entries(model.bytesByType).map(([dtype, size]) => `${bytesInWords(size)} ${dtype}`).join(', ')],
  ]);
  const layers = table([
    ['type', 'nodes', 'parameters', 'bytes', ...(model.macs === null ? [] : ['multiply-adds'])],
    ...model.layers.map(({ opType, count, parameters, bytes, macs }) => [
      opType, String(count), parameters > 0 ? countInWords(parameters) : '', bytes > 0 ? bytesInWords(bytes) : '',
      ...(model.macs === null ? [] : [macs !== null && macs > 0 ? countInWords(macs) : '']),
    ]),
  ], { header: true, right: [1, 2, 3, 4] });
  const problems = model.problems.map(({ severity, code, message, fix }) =>
    `${severity} ${code}: ${message}${fix === undefined ? '' : `\n  ${fix}`}`);
  return [head, '', layers, '', ...(problems.length > 0 ? problems : ['No problems found.'])].join('\n');
}

function valueText({ name, dtype, shape }: InspectedValue): string {
  const dims = shape ? ` [${shape.map((dim) => dim ?? '?').join(', ')}]` : '';
  return `${shorten(name, 60)}  ${dtype ?? 'no tensor'}${dims}`;
}
