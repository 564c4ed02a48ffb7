import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphOf, modelOf, node } from '../../../../test/model/build.ts';
import { attr, type Attribute } from '../attribute.ts';
import { operatorHistory, operatorNames } from '../operators.ts';
import { Tensor } from '../tensor.ts';
import { tensorInfo, type Dim, type ValueType } from '../types.ts';
import { inferShapes } from './infer.ts';
import { ruleFor } from './registry.ts';

const domains = ['', 'ai.onnx.ml', 'ai.onnx.preview.training'];
const operators = domains.flatMap((domain) => operatorNames(domain).map((opType) => ({ domain, opType })));

it('there is a rule for every operator that ONNX defines', () => {
  expect(operators.length).toBeGreaterThan(200);
  const missing = operators.filter(({ domain, opType }) => !ruleFor(domain, opType));
  expect(missing).toEqual([]);
});

describe('models that make no sense', () => {
  const dim = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom<Dim>('n', 'm', null));
  const dtype = fc.constantFrom('float32', 'int64', 'bool', 'int32', 'string', 'float16', 'uint8');
  const tensorType = fc.tuple(dtype, fc.option(fc.array(dim, { maxLength: 5 }), { nil: undefined })).map(
    ([type, shape]): ValueType => ({ kind: 'tensor', dtype: type, ...(shape && { shape }) }),
  );
  const type = fc.oneof(
    { weight: 6, arbitrary: tensorType },
    { weight: 1, arbitrary: tensorType.map((element): ValueType => ({ kind: 'sequence', element })) },
    { weight: 1, arbitrary: tensorType.map((element): ValueType => ({ kind: 'optional', element })) },
  );
  const number = fc.oneof(fc.integer({ min: -5, max: 9 }), fc.constantFrom(2 ** 31 - 1, -(2 ** 31), 2 ** 40));
  const constant = fc.tuple(fc.constantFrom('int64', 'float32', 'bool'), fc.array(number, { maxLength: 5 })).map(
    ([kind, values]) => (name: string) =>
      values.length === 1 ? Tensor.from(name, kind, [], values) : Tensor.from(name, kind, [values.length], values),
  );
  const input = fc.oneof(
    type.map((t) => ({ type: t })),
    constant.map((make) => ({ make })),
    fc.constant('left out' as const),
  );

  const body = fc.tuple(fc.nat(3), fc.constantFrom('Relu', 'Concat', 'Unsqueeze', 'Shape')).map(([count, opType]) =>
    attr.graph(graphOf({
      inputs: Array.from({ length: count }, (_, i) => ({ name: `b${i}` })),
      nodes: [node(opType, 'b0, b1, in0', 'r')],
      outputs: ['b1', 'r', 'b2', 'in1'],
    })));
  const whole = number.map((value) => attr.int(value));
  const list = fc.array(number, { maxLength: 6 }).map((values) => attr.ints(values));
  const text = fc.constantFrom('SAME_UPPER', 'VALID', 'bidirectional', 'none', 'ij,jk->ik', '...i,i', 'a->', 'x');
  const anything: fc.Arbitrary<Attribute> = fc.oneof(
    whole,
    list,
    text.map((value) => attr.string(value)),
    fc.array(fc.double({ noNaN: true }), { maxLength: 4 }).map((values) => attr.floats(values)),
    constant.map((make) => attr.tensor(make('value'))),
    body,
  );
  /** Mostly of the right kind, so that rules get past reading them. */
  const attribute = fc.oneof(
    fc.tuple(
      fc.constantFrom(
        'axis', 'keepdims', 'group', 'to', 'dtype', 'blocksize', 'num_outputs', 'k', 'ceil_mode', 'hidden_size', 'end',
        'start', 'batch_dims', 'num_scan_inputs', 'onesided', 'inverse', 'noop_with_empty_axes', 'sample_size',
        'layout', 'kv_num_heads', 'q_num_heads', 'output_height', 'new_axis', 'allowzero', 'output_dtype', 'n_targets',
      ),
      whole,
    ),
    fc.tuple(
      fc.constantFrom(
        'axes', 'perm', 'pads', 'strides', 'dilations', 'kernel_shape', 'output_shape', 'output_padding', 'shape',
        'split', 'starts', 'ends', 'scan_input_axes', 'scan_output_axes', 'pooled_shape', 'ngram_indexes', 'border',
      ),
      list,
    ),
    fc.tuple(
      fc.constantFrom('auto_pad', 'equation', 'direction', 'mode', 'reduction'),
      text.map((value) => attr.string(value)),
    ),
    fc.tuple(fc.constantFrom('body', 'then_branch', 'else_branch'), body),
    fc.tuple(fc.constantFrom('axis', 'axes', 'pads', 'value', 'type', 'to', 'equation', 'body', 'scales'), anything),
  );

  it('are inferred without an error, and to types that could be', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...operators),
        fc.nat(),
        fc.array(input, { minLength: 1, maxLength: 7 }),
        fc.array(attribute, { maxLength: 6 }),
        fc.integer({ min: 1, max: 4 }),
        ({ domain, opType }, version, parts, attributes, outputCount) => {
          const history = operatorHistory(domain, opType)!;
          const model = modelOf({
            inputs: parts.flatMap((part, i) =>
              (typeof part === 'object' && 'type' in part ? [{ name: `in${i}`, type: part.type }] : [])),
            constants: parts.flatMap((part, i) =>
              (typeof part === 'object' && 'make' in part ? [part.make(`in${i}`)] : [])),
            nodes: [node(
              opType,
              parts.map((part, i) => (part === 'left out' ? '' : `in${i}`)).join(','),
              Array.from({ length: outputCount }, (_, i) => `out${i}`).join(','),
              Object.fromEntries(attributes),
              { domain },
            )],
            outputs: [tensorInfo('out0', 'float32', ['n', 3])],
          });
          model.opsetImports.set(domain, history[version % history.length]!.since);
          const types = inferShapes(model);
          for (let i = 0; i < outputCount; i++) {
            const found = types.tensor(`out${i}`);
            const elements = types.elements(`out${i}`);
            for (const d of found?.shape ?? []) {
              expect(d === null || typeof d === 'string' || (Number.isSafeInteger(d) && d >= 0)).toBe(true);
            }
            const { shape } = found ?? {};
            if (elements) expect(elements.length).toBe(shape?.reduce<number>((x, d) => x * (d as number), 1));
          }
        },
      ),
      { numRuns: 8000 },
    );
  });
});
