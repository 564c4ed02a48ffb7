import { sampleFiles, type WorkspaceFiles } from '../harness/workspace.ts';

/** What the suites find in the workspace. */
export const hostWorkspace: WorkspaceFiles = {
  ...sampleFiles,
  'broken.onnx': { text: 'This is no model.\n' },
  'first.lathe.yaml': {
    text: [
      'version: 1', 'model: digits.onnx', 'output: digits.int8.onnx', 'target: x64', 'data:',
      '  calibration: { images: pictures/calibration/ }', 'steps:', '  - fold: {}', '  - quantize:',
      '      scheme: int8', '      layers:', '        - { match: "*", keep: float }', '',
    ].join('\n'),
  },
  'wrong.lathe.yaml': {
    text: ['version: 1', 'model: digits.onnx', 'steps:', '  - quantise: {}', ''].join('\n'),
  },
};
