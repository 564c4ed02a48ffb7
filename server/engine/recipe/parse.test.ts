import { describe, expect, it } from 'vitest';
import { LatheError } from '../errors.ts';
import { parseRecipe, readRecipe } from './parse.ts';
import { problemsBehind } from './problem.ts';

const steps = 'steps:\n  - fold: {}\n';
const minimal = `version: 1\nmodel: a.onnx\n${steps}`;

const indented = 'LTH2001 This line is indented differently from its neighbours. Keys of one group, and items of one '
  + 'list, start in the same column.';

/** `line:column-endLine:endColumn code`, and the message. */
function problemsOf(text: string): string[] {
  return parseRecipe(text).problems.map(
    (p) => `${p.line}:${p.column}-${p.endLine}:${p.endColumn} ${p.code} ${p.message}`,
  );
}

describe('parseRecipe', () => {
  it('reads a recipe with everything in it', () => {
    const { recipe, problems } = parseRecipe(`# ours
version: 1
model: models/a.onnx
output: out.onnx
target: x64-vnni
goal: { maxDrop: 0.01, prefer: size }
seed: 7
steps:
  - fold
  - quantize: { scheme: int8, calibration: mse, layers: [ { match: "/c/*", keep: float } ] }
  - quantize:
`);
    expect(problems).toEqual([]);
    expect(recipe).toEqual({
      version: 1,
      model: 'models/a.onnx',
      output: 'out.onnx',
      target: 'x64-vnni',
      goal: { maxDrop: 0.01, prefer: 'size' },
      seed: 7,
      steps: [
        { name: 'fold', options: {} },
        {
          name: 'quantize',
          options: { scheme: 'int8', calibration: 'mse', layers: [{ match: '/c/*', keep: 'float' }] },
        },
        { name: 'quantize', options: {} },
      ],
    });
  });

  const quantize = (options: string): string => `version: 1\nmodel: a\nsteps:\n  - quantize:\n      ${options}\n`;

  it.each<[string, string, string]>([
    ['an unknown key', `${minimal}ouptut: x\n`, '5:1-5:7 LTH2002 Unknown key "ouptut". Did you mean "output"?'],
    ['an unknown key of a step', quantize('calibraton: auto'),
      '5:7-5:17 LTH2002 Unknown key "calibraton". Did you mean "calibration"?'],
    ['an unknown key near nothing', `${minimal}goal: { banana: 1 }\n`,
      '5:9-5:15 LTH2002 Unknown key "banana". Known keys here: maxDrop and prefer.'],
    ['an unknown key of a layer rule', quantize('layers: [{ match: a, kep: float }]'),
      '5:28-5:31 LTH2002 Unknown key "kep". Did you mean "keep"?'],
    ['an unknown step', 'version: 1\nmodel: a\nsteps:\n  - quantise: {}\n',
      '4:5-4:13 LTH2002 Unknown step "quantise". Did you mean "quantize"? Available steps: fold, prune, distill, '
      + 'finetune and quantize.'],
    ['a wrong word', quantize('scheme: int9'),
      '5:15-5:19 LTH2005 "scheme" cannot be "int9". Did you mean "int8"? Allowed: int8, dynamic, int4, int3, int2, '
      + 'fp16, bf16 or mixed.'],
    ['a wrong word among other kinds', quantize('reduceRange: maybe'),
      '5:20-5:25 LTH2005 "reduceRange" cannot be "maybe". Allowed: true, false or auto.'],
    ['a missing key', `version: 1\n${steps}`, '1:1-1:8 LTH2003 Missing key "model".'],
    ['a missing key of a group', quantize('layers: [{ keep: float }]'), '5:18-5:22 LTH2003 Missing key "match".'],
    ['an empty recipe', '# nothing\n',
      '1:1-1:1 LTH2003 The recipe is empty. It needs at least "version: 1", "model:" and "steps:".'],
    ['a wrong kind', `version: 1\nmodel: [a]\n${steps}`, '2:8-2:11 LTH2004 "model" must be text, not a list.'],
    ['a fraction for a count', `${minimal}seed: 1.5\n`, '5:7-5:10 LTH2004 "seed" must be a whole number, not 1.5.'],
    ['an empty value', `${minimal}goal:\n`, '5:1-5:5 LTH2004 "goal" is empty. It must be a group of keys.'],
    ['a wrong item of a list', quantize('opTypes: [Conv, 3]'),
      '5:23-5:24 LTH2004 Item 2 of "opTypes" must be text, not 3.'],
    ['a number out of range', `${minimal}goal: { maxDrop: -0.1 }\n`, '5:18-5:22 LTH2006 "maxDrop" must be at least 0.'],
    ['a number on the open end of a range', quantize('percentile: 50'),
      '5:19-5:21 LTH2006 "percentile" must be more than 50.'],
    ['no steps', 'version: 1\nmodel: a\nsteps: []\n', '3:8-3:10 LTH2006 "steps" is empty: it needs at least one item.'],
    ['a key twice', `${minimal}model: b\n`, '5:1-5:6 LTH2007 The key "model" stands here twice.'],
    ['a newer version', 'version: 2\nmodle: a\n',
      '1:10-1:11 LTH2008 This Lathe reads recipes of version 1; this one says version 2.'],
    ['a version in quotes', 'version: "1"\n',
      '1:10-1:13 LTH2008 This Lathe reads recipes of version 1; this one says version 1.'],
    ['a budget of nothing', quantize('budget: {}'),
      '5:15-5:17 LTH2010 Give the budget a "size" or a "latency".'],
    ['a rule that does nothing', quantize('layers: [{ match: a }]'),
      '5:16-5:28 LTH2010 Say what to do with these layers, for instance "keep: float".'],
    ['a rule that contradicts itself', quantize('layers: [{ match: a, keep: float, weights: int8 }]'),
      '5:16-5:56 LTH2010 "keep: float" leaves nothing for "weights" to do.'],
    ['a source that is none', `${minimal}data: { calibration: { limit: 3 } }\n`,
      '5:22-5:34 LTH2010 Say where the data are: one of images, npz, npy, onnx-test-data, text, random, audio.'],
    ['an unknown key of a source', `${minimal}data:\n  calibration: { images: a, preproces: unit }\n`,
      '6:29-6:38 LTH2002 Unknown key "preproces". Did you mean "preprocess"?'],
    ['an unknown data set', `${minimal}data:\n  calibraton: { images: a }\n`,
      '6:3-6:13 LTH2002 Unknown key "calibraton". Did you mean "calibration"?'],
    ['an unknown key inside a preprocessing',
      `${minimal}data:\n  evaluation: { images: a, preprocess: { rezise: 3 } }\n`,
      '6:42-6:48 LTH2002 Unknown key "rezise". Did you mean "resize"?'],
    ['an unknown preset', `${minimal}data:\n  evaluation: { images: a, preprocess: imagnet }\n`,
      '6:40-6:47 LTH2005 "preprocess" cannot be "imagnet". Did you mean "imagenet"? Allowed: a group of keys, none, '
      + 'unit, signed-unit, imagenet, imagenet-caffe or cifar.'],
    ['an unknown metric', `${minimal}data:\n  evaluation: { images: a, metric: top-1 }\n`,
      '6:36-6:41 LTH2005 "metric" cannot be "top-1". Did you mean "top1"? Allowed: top1, top5, agreement, cosine, '
      + 'sqnr, mse, mae, perplexity, map50, map, exact, cer, binary or iou.'],
    ['an unknown decoder', `${minimal}data:\n  evaluation: { images: a, decoder: { type: yolo } }\n`,
      '6:45-6:49 LTH2005 "type" cannot be "yolo". Did you mean "yolox"? Allowed: yolox, yolov5, yolov8, boxes, '
      + 'db or ctc.'],
    ['two steps in one', 'version: 1\nmodel: a\nsteps:\n  - fold: {}\n    quantize: {}\n',
      '5:5-5:13 LTH2004 One step, two techniques ("fold" and "quantize"). Put "- " before each, and indent the options '
      + 'of a technique under its name.'],
    ['options beside their step', 'version: 1\nmodel: a\nsteps:\n  - quantize:\n    scheme: int8\n',
      '5:5-5:11 LTH2004 "scheme" is an option of "quantize": indent it further than "quantize".'],
    ['a step that is no step', 'version: 1\nmodel: a\nsteps: [3]\n',
      '3:9-3:10 LTH2004 A step is the name of a technique with its options. Write a step as "- fold: {}".'],
    ['no recipe at all', 'hello\n', '1:1-1:6 LTH2004 The recipe must be a group of keys, not the text "hello".'],
    ['a tab', 'version: 1\ngoal:\n\tmaxDrop: 1\n',
      '3:1-3:2 LTH2001 This line is indented with a tab. Indent with spaces.'],
    ['an open quote', 'version: 1\nmodel: "a\n', '3:1-3:1 LTH2001 This text starts with a quote that is never closed.'],
    ['an open bracket', 'version: 1\ngoal: { maxDrop: 1\n', '3:1-3:1 LTH2001 A bracket is opened and never closed.'],
    ['a line indented too far', `version: 1\n  model: a\n${steps}`,
      `2:3-2:8 ${indented}`],
    ['an item indented wrongly', 'version: 1\nsteps:\n  - fold: {}\n - fold: {}\n',
      `4:2-4:3 ${indented}`],
    ['a forgotten colon', `version: 1\nmodel\n${steps}`,
      '2:1-2:6 LTH2001 This line is neither "key: value" nor "- item".'],
    ['two colons', 'model: a: b\n',
      '1:8-1:9 LTH2001 A second ": " on one line. Put the inner key on its own line, or the text in quotes.'],
    ['a glob without quotes', quantize('layers: [{ match: *.x, keep: float }]'),
      '5:25-5:28 LTH2001 "*.x" refers to an anchor (&.x) that this file does not have. Put a text that starts with '
      + '"*" in quotes.'],
    ['a Windows path in double quotes', 'version: 1\nmodel: "C:\\models"\n',
      '2:11-2:19 LTH2001 "\\m" means nothing in double quotes. Write paths with "/", or in single quotes.'],
    ['a second document', `${minimal}---\nversion: 1\n`,
      '5:1-5:4 LTH2001 A recipe is one document: remove the line "---" and what follows.'],
  ])('finds %s', (_what, text, problem) => {
    expect(problemsOf(text)).toContain(problem);
  });

  it('finds nothing else where one thing is wrong', () => {
    expect(problemsOf(`${minimal}ouptut: x\n`)).toHaveLength(1);
    expect(problemsOf('hello\n')).toHaveLength(1);
    expect(problemsOf('version: 1\ngoal:\n\tmaxDrop: 1\n')).toHaveLength(1);
  });

  it('reports several problems at once, in the order of the text', () => {
    const { problems } = parseRecipe(
      'version: 1\ntarget: arm\nsteps:\n  - fold: { a: 1 }\n  - foldd: {}\nmodle: x\n',
    );
    expect(problems.map(({ line, code }) => `${line} ${code}`)).toEqual([
      '1 LTH2003', '2 LTH2005', '4 LTH2002', '5 LTH2002', '6 LTH2002',
    ]);
  });

  it('counts lines and columns after a byte order mark and Windows line ends', () => {
    expect(problemsOf('\uFEFFversion: 1\r\nmodel: a\r\nstps: []\r\nsteps: [fold]\r\n')).toEqual([
      '3:1-3:5 LTH2002 Unknown key "stps". Did you mean "steps"?',
    ]);
  });

  it('survives aliases that expand without end', () => {
    const nine = (name: string): string => `[${new Array(9).fill(`*${name}`).join(', ')}]`;
    const bomb = `a: &a [x, x]\nb: &b ${nine('a')}\nc: &c ${nine('b')}\nd: ${nine('c')}\n`;
    expect(problemsOf(bomb)[0]).toContain('LTH2001');
  });

  it('throws the first problem, with its place', () => {
    const failure = (): unknown => {
      try {
        return readRecipe(`${minimal}ouptut: x\nseed: -1\n`, 'r.lathe.yaml');
      } catch (error) {
        return error;
      }
    };
    expect(failure()).toBeInstanceOf(LatheError);
    expect(failure()).toMatchObject({
      code: 'RECIPE',
      at: { file: 'r.lathe.yaml', line: 5, column: 1 },
      detail: 'r.lathe.yaml:6:7: error: "seed" must be at least 0.',
    });
    expect(problemsBehind(failure())).toHaveLength(2);
  });
});
