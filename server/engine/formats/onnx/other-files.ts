/** What a file is that is no ONNX model: people pick the wrong file, and downloads give pages instead of models. */

import type { ByteSource } from './wire-reader.ts';

export interface OtherFile {
  readonly message: string;
  readonly fix?: string;
}

const sampleBytes = 512;

interface Signature {
  readonly offset: number;
  readonly bytes: string;
  readonly what: string;
  readonly fix?: string;
}

const exportFix = 'Export the network to ONNX first (for PyTorch: torch.onnx.export).';

/** `bytes` as Latin-1 text. */
const signatures: readonly Signature[] = [
  {
    offset: 0,
    bytes: 'version https://git-lfs',
    what: 'a Git LFS pointer, not the model that it stands for',
    fix: 'Run "git lfs pull" in the repository that it comes from.',
  },
  { offset: 0, bytes: '\x1f\x8b', what: 'compressed with gzip', fix: 'Unpack it first.' },
  { offset: 0, bytes: 'PK\x03\x04', what: 'a ZIP archive (as PyTorch and Keras save models)', fix: exportFix },
  { offset: 0, bytes: '\x80\x02', what: 'a Python pickle (as PyTorch saves models)', fix: exportFix },
  { offset: 0, bytes: '\x89HDF', what: 'an HDF5 file (as Keras saves models)', fix: exportFix },
  { offset: 0, bytes: 'GGUF', what: 'a GGUF model', fix: exportFix },
  { offset: 0, bytes: '%PDF', what: 'a PDF document' },
  { offset: 0, bytes: '\x89PNG', what: 'a PNG picture' },
  { offset: 0, bytes: '\xff\xd8\xff', what: 'a JPEG picture' },
  { offset: 4, bytes: 'TFL3', what: 'a TensorFlow Lite model', fix: 'Convert it to ONNX first (tf2onnx).' },
  {
    offset: 4,
    bytes: 'ORTM',
    what: "a model in onnxruntime's own format (.ort)",
    fix: 'Use the .onnx file that it was made from.',
  },
];

/** Tells what `source` is instead of a model; undefined when nothing is recognised. */
export function describeOtherFile(source: ByteSource): OtherFile | undefined {
  const sample = Buffer.from(source.read(0, Math.min(sampleBytes, source.size))).toString('latin1');
  const found = signatures.find(({ offset, bytes }) => sample.startsWith(bytes, offset));
  if (found) return { message: `The file is ${found.what}.`, ...(found.fix !== undefined && { fix: found.fix }) };
  if (sample === '' || !isText(sample)) return undefined;
  if (/^\s*(<!doctype|<html|<\?xml)/i.test(sample)) {
    return {
      message: 'The file is a web page (HTML or XML), not an ONNX model.',
      fix: 'The download gave a page instead of the file: download the model itself.',
    };
  }
  return { message: 'The file is text, not an ONNX model.', fix: 'Give the path of the .onnx file.' };
}

/** No control characters other than white space. */
function isText(sample: string): boolean {
  for (const character of sample) {
    const code = character.charCodeAt(0);
    if (code === 0x7f || (code < 0x20 && !'\t\n\r\f'.includes(character))) return false;
  }
  return true;
}
