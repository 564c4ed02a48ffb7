import { expect, it } from 'vitest';
import { diagnosticsReport } from './diagnostics-report.ts';
import { withoutPaths } from './without-paths.ts';

it.each([
  ['reading /home/ann/secret/model.onnx: no such file', 'reading <path>: no such file'],
  ['open file:///home/ann/m.onnx failed', 'open <uri> failed'],
  ['C:\\Users\\Ann\\m.onnx cannot be read', '<path> cannot be read'],
  ['at run (/srv/x/dist/server/lathe.js:10:5)', 'at run (<path>:10:5)'],
  ['digits.onnx and photos.data.yaml', '<file> and <file>'],
  ['layer ~/a/b', 'layer <path>'],
])('leaves nothing of the user in %j', (line, expected) => {
  expect(withoutPaths(line)).toBe(expected);
});

it('keeps what a developer needs', () => {
  const line = '12:01:02 [error] MODEL_FORMAT: byte 12 of 400 and/or 3/4: 1.30.0';
  expect(withoutPaths(line)).toBe(line);
});

it('reports a server that does not answer, and a log without names', () => {
  const report = diagnosticsReport({
    extension: '0.1.0', editor: '1.139.1', host: 'linux-x64', remote: '', trusted: false, server: undefined,
    serverFailure: 'No answer within 3 s.', settings: { 'lathe.threads': 2 }, log: ['[error] /home/ann/m.onnx is gone'],
  });
  expect(report).toContain('does not answer (No answer within 3 s.)');
  expect(report).toContain('- lathe.threads: 2');
  expect(report).toContain('workspace trusted: no');
  expect(report).not.toContain('ann');
});
