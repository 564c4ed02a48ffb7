/** The `ai.onnx.ml` domain: classic machine learning. */

import type { DataType } from '../../../tensor/dtype.ts';
import type { Dim } from '../../types.ts';
import { Known, ranked, tensor } from '../known.ts';
import type { NodeFacts, Outputs, Rules } from '../node-facts.ts';
import { sameAsInput } from './elementwise.ts';

function listLength(n: NodeFacts, ...names: readonly string[]): Dim {
  for (const name of names) {
    const attribute = n.node.attributes.get(name);
    if (attribute?.type === 'ints' || attribute?.type === 'strings') return attribute.value.length;
  }
  return null;
}

/** Labels [samples] and scores [samples, classes]; how many scores a binary classifier gives differs. */
function classifier(n: NodeFacts): Outputs {
  const dtype: DataType = n.node.attributes.has('classlabels_strings') ? 'string' : 'int64';
  const samples: Dim = n.shape(0)?.length === 2 ? n.dim(0, 0) : null;
  return [tensor(dtype, [samples]), tensor('float32', [samples, null])];
}

function regressor(n: NodeFacts): Outputs {
  return [tensor('float32', [n.shape(0)?.length === 2 ? n.dim(0, 0) : null, null])];
}

function labelEncoder(n: NodeFacts): Outputs {
  const { attributes } = n.node;
  const values = n.node.tensor('values_tensor');
  const dtype: DataType = values
    ? values.dtype
    : attributes.has('values_strings')
      ? 'string'
      : attributes.has('values_int64s')
        ? 'int64'
        : attributes.has('values_floats')
          ? 'float32'
          : 'undefined';
  return [tensor(dtype === 'undefined' ? swapped(n.dtype(0)) : dtype, n.shape(0))];
}

/** Encoders of version 1 turn strings into integers and back. */
function swapped(dtype: DataType): DataType {
  return dtype === 'string' ? 'int64' : dtype === 'int64' ? 'string' : 'undefined';
}

function oneHotEncoder(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  return [tensor('float32', shape && [...shape, listLength(n, 'cats_int64s', 'cats_strings')])];
}

function zipMap(n: NodeFacts): Outputs {
  const key: DataType = n.node.attributes.has('classlabels_strings') ? 'string' : 'int64';
  const value = { kind: 'tensor', dtype: 'float32', shape: [] } as const;
  return [new Known({ kind: 'sequence', element: { kind: 'map', key, value } })];
}

const castMapTypes: Readonly<Record<string, DataType>> = {
  TO_FLOAT: 'float32',
  TO_STRING: 'string',
  TO_INT64: 'int64',
};

export const classicRules: Rules = {
  ArrayFeatureExtractor: (n) => {
    const shape = n.shape(0);
    // A vector counts as one sample.
    const lead = shape?.length === 1 ? [1] : shape?.slice(0, -1);
    const count = n.shape(1)?.reduce<Dim>((x, d) => (typeof x === 'number' && typeof d === 'number' ? x * d : null), 1);
    return [tensor(n.dtype(0), lead && [...lead, count ?? null])];
  },
  Binarizer: sameAsInput,
  Imputer: sameAsInput,
  Scaler: (n) => [tensor('float32', n.shape(0))],
  Normalizer: (n) => [tensor('float32', n.shape(0))],
  CastMap: (n) => [ranked(castMapTypes[n.node.string('cast_to', 'TO_FLOAT')] ?? 'undefined', 2)],
  CategoryMapper: (n) => [tensor(swapped(n.dtype(0)), n.shape(0))],
  DictVectorizer: (n) => {
    const type = n.inputs[0]?.type;
    const value = type?.kind === 'map' && type.value.kind === 'tensor' ? type.value.dtype : 'undefined';
    return [tensor(value)];
  },
  FeatureVectorizer: () => [ranked('float32', 2)],
  LabelEncoder: labelEncoder,
  LinearClassifier: classifier,
  SVMClassifier: classifier,
  TreeEnsembleClassifier: classifier,
  LinearRegressor: regressor,
  SVMRegressor: regressor,
  TreeEnsembleRegressor: regressor,
  TreeEnsemble: (n) => [tensor(n.dtype(0), [n.dim(0, 0), n.node.int('n_targets') ?? null])],
  OneHotEncoder: oneHotEncoder,
  ZipMap: zipMap,
};

/** Optimizers: new values of the tensors and of their state, which stand in order after the rate and the step. */
function optimizer(stateTensors: number): (n: NodeFacts) => Outputs {
  return (n) => {
    const count = (n.inputs.length - 2) / (stateTensors + 2);
    return n.node.outputs.map((_, i) => {
      const from = i < count ? 2 + i : 2 + count + i;
      return tensor(n.dtype(from), n.shape(from));
    });
  };
}

export const trainingRules: Rules = {
  Adagrad: optimizer(1),
  Momentum: optimizer(1),
  Adam: optimizer(2),
  Gradient: (n) => n.node.outputs.map((_, i) => tensor(n.dtype(i), n.shape(i))),
};
