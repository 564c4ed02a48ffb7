/** Models to ONNX files. Tensors stream through in chunks; the file appears under its name only when it is whole. */

import * as path from 'node:path';
import { LatheError } from '../../errors.ts';
import type { Model } from '../../model/model.ts';
import { FileSink, MemorySink } from './byte-sink.ts';
import { Encoder } from './encode.ts';
import { ExternalWriter } from './external-writer.ts';
import { ModelEncoder } from './from-model.ts';
import { modelProto } from './messages.ts';
import { modelTensors } from './model-tensors.ts';
import { Replacement, writeFailure } from './replacement.ts';

export interface WriteOptions {
  /**
   * Whether tensors go into a second file beside the model. 'auto': when the whole passes 1.9 GB, or the model came
   * with external data.
   */
  readonly externalData?: 'auto' | 'always' | 'never';
  /** Smaller tensors stay in the model file, because readers need shapes and scalars early. 1,024 unless told. */
  readonly externalThresholdBytes?: number;
}

/** Protobuf readers take at most 2 GiB; less, for what is around the tensors. */
const autoExternalBytes = 1.9e9;
const protobufLimitBytes = 2 ** 31 - 1;

/**
 * Writes `model` to `filePath`, and its tensors to `<filePath>.data` where `options` want external data. A file that
 * exists is replaced at the end, also when it is the one that the model's tensors are read from: they go on reading the
 * old bytes. Throws `WRITE` when it cannot be written (nothing is left behind) and whatever reading the tensors throws.
 */
export function writeModel(model: Model, filePath: string, options: WriteOptions = {}): { sizeBytes: number } {
  const target = path.resolve(filePath);
  const external = wantsExternal(model, options.externalData ?? 'auto')
    ? new ExternalWriter(`${path.basename(target)}.data`, options.externalThresholdBytes ?? 1024)
    : undefined;
  const encoder = new Encoder(modelProto, new ModelEncoder(external?.place).model(model));
  if (encoder.byteLength > protobufLimitBytes) throw tooLarge(encoder.byteLength, external !== undefined);
  const replacements: Replacement[] = [];
  try {
    if (external && external.byteLength > 0) {
      const data = new Replacement(`${target}.data`);
      replacements.push(data);
      data.write((descriptor) => {
        const sink = new FileSink(descriptor);
        external.write(sink);
        sink.flush();
      });
    }
    const main = new Replacement(target);
    replacements.push(main);
    main.write((descriptor) => {
      const sink = new FileSink(descriptor);
      encoder.write(sink);
      sink.flush();
    });
    for (const replacement of replacements) replacement.commit();
  } catch (error) {
    for (const replacement of replacements) replacement.discard();
    throw error instanceof LatheError ? error : writeFailure(target, error);
  }
  return { sizeBytes: encoder.byteLength + (external?.byteLength ?? 0) };
}

/** The bytes of `model`, all tensors inline: for the runtime and for tests. Throws `UNSUPPORTED` beyond 2 GiB. */
export function encodeModel(model: Model): Uint8Array {
  const encoder = new Encoder(modelProto, new ModelEncoder().model(model));
  if (encoder.byteLength > protobufLimitBytes) throw tooLarge(encoder.byteLength, false);
  const sink = new MemorySink(encoder.byteLength);
  encoder.write(sink);
  return sink.result;
}

function wantsExternal(model: Model, choice: 'auto' | 'always' | 'never'): boolean {
  if (choice !== 'auto') return choice === 'always';
  let total = 0;
  for (const tensor of modelTensors(model)) {
    if (tensor.storage.external) return true;
    total += tensor.byteLength;
  }
  return total > autoExternalBytes;
}

function tooLarge(byteLength: number, external: boolean): LatheError {
  return new LatheError(
    'UNSUPPORTED',
    `The model takes ${byteLength} bytes, more than the 2 GiB that an ONNX file can hold.`,
    external ? {} : { fix: 'Write it with external data.' },
  );
}
