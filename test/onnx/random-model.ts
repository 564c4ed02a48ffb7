/** Random models of every message and field: they mean nothing, but must survive writing and reading. */

import * as fc from 'fast-check';
import type { Attribute } from '../../server/engine/model/attribute.ts';
import { Graph } from '../../server/engine/model/graph.ts';
import { Model, type FunctionDefinition } from '../../server/engine/model/model.ts';
import { Node } from '../../server/engine/model/node.ts';
import { memoryStorage, Tensor, type SparseTensor } from '../../server/engine/model/tensor.ts';
import type { ValueInfo, ValueType } from '../../server/engine/model/types.ts';
import { dataTypeFromCode, elementCount, packedByteLength, type DataType } from '../../server/engine/tensor/dtype.ts';
import { varintField } from './wire.ts';

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 });
const text = fc.string({ unit: 'grapheme', maxLength: 6 });
const int64 = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
const float32 = fc.float({ noNaN: true });
const entries = fc.dictionary(name, text, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
const textMap = entries.map((d) => new Map(Object.entries(d)));

/** A field with a number that no message uses. */
const unknownField = fc.nat(1000).map((value) => Uint8Array.from(varintField(5000, value)));

/** Optional parts that most messages have: present or not, never undefined. */
const extras = fc.record(
  { docString: text, metadata: textMap, unknown: fc.array(unknownField, { minLength: 1, maxLength: 2 }) },
  { requiredKeys: [] },
);

const attributeExtras = fc.record(
  { docString: text, unknown: fc.array(unknownField, { minLength: 1, maxLength: 2 }) },
  { requiredKeys: [] },
);

const dtype: fc.Arbitrary<DataType> = fc
  .integer({ min: 1, max: 28 })
  .filter((code) => code !== 8)
  .map(dataTypeFromCode);
const dims = fc.array(fc.nat(4), { maxLength: 3 });

const numbers: fc.Arbitrary<Tensor> = fc
  .record({ name: fc.oneof(name, fc.constant('')), dtype, dims, extras })
  .chain(({ name: own, dtype: type, dims: shape, extras: rest }) => {
    const length = packedByteLength(type, elementCount(shape));
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((bytes) => new Tensor({ name: own, dtype: type, dims: shape, storage: memoryStorage(bytes), ...rest }));
  });

const strings: fc.Arbitrary<Tensor> = fc
  .record({ name, list: fc.array(fc.uint8Array({ maxLength: 4 }), { maxLength: 3 }), extras })
  .map(
    ({ name: own, list, extras: rest }) =>
      new Tensor({
        name: own,
        dtype: 'string',
        dims: [list.length],
        storage: memoryStorage(new Uint8Array(0)),
        strings: list,
        ...rest,
      }),
  );

const tensor = fc.oneof({ weight: 4, arbitrary: numbers }, { weight: 1, arbitrary: strings });

const sparse: fc.Arbitrary<SparseTensor> = fc
  .record({ name, count: fc.nat(3), dims })
  .map(({ name: own, count, dims: shape }) => ({
    name: own,
    dims: shape,
    values: Tensor.from(own, 'float32', [count], new Array<number>(count).fill(1)),
    indices: Tensor.from('', 'int64', [count], Array.from({ length: count }, (_, i) => i)),
  }));

const dim = fc.oneof(fc.nat(1000), name, fc.constant(null));
const tensorType = fc.record(
  {
    kind: fc.constantFrom('tensor' as const, 'sparse-tensor' as const),
    dtype,
    shape: fc.array(dim, { maxLength: 4 }),
    denotation: name,
    unknown: fc.array(unknownField, { minLength: 1, maxLength: 1 }),
  },
  { requiredKeys: ['kind', 'dtype'] },
);

const { type: valueType } = fc.letrec<{ type: ValueType }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tensorType,
    fc.record({ kind: fc.constantFrom('sequence' as const, 'optional' as const), element: tie('type') }),
    fc.record({ kind: fc.constant('map' as const), key: fc.constant<DataType>('string'), value: tie('type') }),
  ),
}));

const valueInfo: fc.Arbitrary<ValueInfo> = fc
  .record({ name, type: fc.option(valueType, { nil: undefined }), extras })
  .map(({ name: own, type, extras: rest }) => ({ name: own, ...(type && { type }), ...rest }));

const bytesOrText = fc.oneof(text, fc.constant(Uint8Array.of(0xff, 0x00, 0x80)));

/** Items by their names, which therefore are all different. */
const named = <T extends { readonly name: string }>(items: fc.Arbitrary<T>): fc.Arbitrary<Map<string, T>> =>
  fc.array(items, { maxLength: 3 }).map((list) => new Map(list.map((item) => [item.name, item])));

const { graph, node, attribute } = fc.letrec<{ graph: Graph; node: Node; attribute: Attribute }>((tie) => ({
  attribute: fc
    .tuple(
      fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.record({ type: fc.constant('float' as const), value: float32 }),
        fc.record({ type: fc.constant('int' as const), value: int64 }),
        fc.record({ type: fc.constant('string' as const), value: bytesOrText }),
        fc.record({ type: fc.constant('tensor' as const), value: tensor }),
        fc.record({ type: fc.constant('sparse-tensor' as const), value: sparse }),
        fc.record({ type: fc.constant('type' as const), value: valueType }),
        fc.record({ type: fc.constant('floats' as const), value: fc.array(float32) }),
        fc.record({ type: fc.constant('ints' as const), value: fc.array(int64) }),
        fc.record({ type: fc.constant('strings' as const), value: fc.array(bytesOrText) }),
        fc.record({ type: fc.constant('tensors' as const), value: fc.array(tensor, { maxLength: 2 }) }),
        fc.record({ type: fc.constant('sparse-tensors' as const), value: fc.array(sparse, { maxLength: 2 }) }),
        fc.record({ type: fc.constant('types' as const), value: fc.array(valueType, { maxLength: 2 }) }),
        fc.record({ type: fc.constant('reference' as const), name, valueType: fc.integer({ min: 1, max: 14 }) }),
        fc.record({ type: fc.constant('none' as const), code: fc.constantFrom(0, 4, 5, 99) }),
        fc.record({ type: fc.constant('graph' as const), value: tie('graph') }),
        fc.record({ type: fc.constant('graphs' as const), value: fc.array(tie('graph'), { maxLength: 2 }) }),
      ),
      attributeExtras,
    )
    .map(([value, rest]): Attribute => ({ ...value, ...rest })),
  node: fc
    .record({
      opType: name,
      name: text,
      domain: fc.constantFrom('', 'ai.onnx', 'com.example'),
      overload: text,
      inputs: fc.array(text, { maxLength: 3 }),
      outputs: fc.array(text, { maxLength: 3 }),
      attributes: fc.array(fc.tuple(name, tie('attribute')), { maxLength: 2 }),
      extras,
    })
    .map(({ extras: rest, ...fields }) => new Node({ ...fields, ...rest })),
  graph: fc
    .record({
      name: text,
      nodes: fc.array(tie('node'), { maxLength: 3, depthIdentifier: 'graph' }),
      inputs: fc.array(valueInfo, { maxLength: 2 }),
      outputs: fc.array(valueInfo, { maxLength: 2 }),
      initializers: named(tensor),
      sparseInitializers: named(sparse),
      valueInfos: named(valueInfo),
      quantizationAnnotations: fc.array(fc.record({ tensorName: name, parameters: textMap }), { maxLength: 2 }),
      extras,
    })
    .map(({ extras: rest, ...fields }) => Object.assign(new Graph(), fields, rest)),
}));

const opsets = fc.dictionary(fc.constantFrom('', 'com.example', 'ai.onnx.ml'), fc.nat(30), { noNullPrototype: true });
const opsetImports = opsets.map((d) => new Map(Object.entries(d)));

const functionDefinition: fc.Arbitrary<FunctionDefinition> = fc
  .record({
    name,
    domain: text,
    overload: text,
    inputs: fc.array(name, { maxLength: 2 }),
    outputs: fc.array(name, { maxLength: 2 }),
    attributes: fc.array(name, { maxLength: 2 }),
    attributeDefaults: fc.array(fc.tuple(name, attribute), { maxLength: 2 }).map((list) => new Map(list)),
    nodes: fc.array(node, { maxLength: 2 }),
    opsetImports,
    valueInfos: named(valueInfo),
    extras,
  })
  .map(({ extras: rest, ...fields }) => ({ ...fields, ...rest }));

export const randomModel: fc.Arbitrary<Model> = fc
  .record({
    irVersion: fc.integer({ min: 1, max: 20 }),
    opsetImports,
    producerName: fc.option(text, { nil: undefined }),
    producerVersion: fc.option(text, { nil: undefined }),
    domain: fc.option(text, { nil: undefined }),
    modelVersion: fc.option(int64, { nil: undefined }),
    graph,
    functions: fc.array(functionDefinition, { maxLength: 2 }),
    extras,
  })
  .map(({ extras: rest, ...fields }) => Object.assign(new Model(), fields, rest));
