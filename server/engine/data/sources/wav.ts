/** WAV files (RIFF): PCM of 8 to 32 bits and floating point, any number of channels. */

import { LatheError } from '../../errors.ts';

export interface Sound {
  readonly sampleRate: number;
  /** From -1 to 1; several channels are averaged. */
  readonly samples: Float32Array;
}

const pcm = 1;
const float = 3;
const extensible = 0xfffe;

/** @throws LatheError `DATA` */
export function parseWav(bytes: Uint8Array, name: string): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE') {
    throw new LatheError('DATA', `"${name}" is not a WAV file.`, { fix: 'Convert it to WAV.' });
  }
  let format: { code: number; channels: number; sampleRate: number; bits: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (tag(at) === 'fmt ' && start + 16 <= bytes.length) {
      const code = view.getUint16(start, true);
      format = {
        // The extensible form has the real code in the first two bytes of its sub-format.
        code: code === extensible && size >= 26 ? view.getUint16(start + 24, true) : code,
        channels: view.getUint16(start + 2, true),
        sampleRate: view.getUint32(start + 4, true),
        bits: view.getUint16(start + 14, true),
      };
    } else if (tag(at) === 'data' && format) {
      const { code, bits, channels } = format;
      const read = reader(view, code, bits);
      if (!read || channels === 0) {
        throw new LatheError('DATA', `"${name}" is compressed in a way that Lathe does not read (code ${code}).`, {
          fix: 'Convert it to a WAV file of 16-bit PCM.',
        });
      }
      const width = bits / 8;
      // Recorders that were stopped leave a size that is too large.
      const frames = Math.floor(Math.min(size, bytes.length - start) / (width * channels));
      const samples = new Float32Array(frames);
      for (let i = 0; i < frames; i++) {
        let sum = 0;
        for (let c = 0; c < channels; c++) sum += read(start + (i * channels + c) * width);
        samples[i] = sum / channels;
      }
      return { sampleRate: format.sampleRate, samples };
    }
    at = start + size + (size % 2);
  }
  throw new LatheError('DATA', `"${name}" has no sound in it.`);
}

function reader(view: DataView, code: number, bits: number): ((at: number) => number) | undefined {
  if (code === float) {
    if (bits === 32) return (at) => view.getFloat32(at, true);
    if (bits === 64) return (at) => view.getFloat64(at, true);
  }
  if (code !== pcm) return undefined;
  switch (bits) {
    case 8: return (at) => (view.getUint8(at) - 128) / 128;
    case 16: return (at) => view.getInt16(at, true) / 32768;
    case 24: return (at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 65536) / 8388608;
    case 32: return (at) => view.getInt32(at, true) / 2147483648;
    default: return undefined;
  }
}
