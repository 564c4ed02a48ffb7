/**
 * Tensors whose bytes are in another file (`TensorProto.external_data`). The file must lie in the model's own folder:
 * a model that comes from elsewhere must not make us read other files of this machine.
 */

import * as fs from 'node:fs';
import * as path from 'node:path';
import { LatheError } from '../../errors.ts';
import type { Model } from '../../model/model.ts';
import type { TensorStorage } from '../../model/tensor.ts';
import { SharedFile } from '../../util/shared-file.ts';
import { modelTensors } from './model-tensors.ts';

/** What the `external_data` entries of a tensor say. */
export interface ExternalLocation {
  readonly location: string;
  readonly offset: number;
  /** Absent: as many bytes as the tensor's shape needs. */
  readonly length?: number;
}

/** Reads the entries; throws `EXTERNAL_DATA` for a missing location or numbers that are none. */
export function parseExternalLocation(entries: ReadonlyMap<string, string>, name: string): ExternalLocation {
  const location = entries.get('location');
  if (!location) {
    throw new LatheError('EXTERNAL_DATA', `Tensor "${name}" is stored in another file but does not say in which.`, {
      at: { value: name },
    });
  }
  const length = parseCount(entries, 'length', name);
  return { location, offset: parseCount(entries, 'offset', name) ?? 0, ...(length !== undefined && { length }) };
}

function parseCount(entries: ReadonlyMap<string, string>, key: string, name: string): number | undefined {
  const text = entries.get(key);
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new LatheError('EXTERNAL_DATA', `Tensor "${name}" has the external ${key} "${text}", which is not a number.`, {
    at: { value: name },
  });
}

/** A range of a file in the model's folder; the file is looked for when the bytes are asked for. */
export class ExternalStorage implements TensorStorage {
  readonly byteLength: number;
  readonly external: ExternalLocation;
  private readonly tensorName: string;
  private readonly modelPath: string | undefined;
  private source: SharedFile | undefined;

  /** `byteLength` is what the tensor's type and shape need. */
  constructor(external: ExternalLocation, byteLength: number, tensorName: string, modelPath: string | undefined) {
    this.external = external;
    this.byteLength = byteLength;
    this.tensorName = tensorName;
    this.modelPath = modelPath;
  }

  /** Where the bytes should be; whether they are is only known by reading. */
  get file(): { readonly path: string; readonly offset: number } | undefined {
    const resolved = this.resolve();
    return resolved instanceof LatheError ? undefined : { path: resolved, offset: this.external.offset };
  }

  read(start = 0, end = this.byteLength): Uint8Array {
    return this.open().read(this.external.offset + start, end - start);
  }

  /** What stands in the way of reading the bytes, if anything. */
  check(): LatheError | undefined {
    try {
      this.open();
      return undefined;
    } catch (error) {
      if (error instanceof LatheError) return error;
      throw error;
    }
  }

  private open(): SharedFile {
    if (this.source) return this.source;
    const resolved = this.resolve();
    if (resolved instanceof LatheError) throw resolved;
    const { offset, length } = this.external;
    if (!fs.existsSync(resolved)) {
      throw this.error(`is in the file "${this.external.location}", which is missing`, {
        fix: `Put "${this.external.location}" into the folder of the model: the two belong together.`,
      });
    }
    if (this.escapesByLink(resolved)) throw this.outside();
    if (length !== undefined && length !== this.byteLength) {
      throw this.error(`needs ${this.byteLength} bytes but "${this.external.location}" should hold ${length} for it`);
    }
    const source = SharedFile.open(resolved);
    if (offset + this.byteLength > source.size) {
      throw this.error(
        `should be at bytes ${offset} to ${offset + this.byteLength} of "${this.external.location}", ` +
          `which has only ${source.size}`,
        { fix: 'Copy or download the file of weights again.' },
      );
    }
    this.source = source;
    return source;
  }

  /** The path that the location means, or the error of one that is not allowed. */
  private resolve(): string | LatheError {
    if (this.modelPath === undefined) {
      return this.error(`is in the file "${this.external.location}", but the model was not read from a folder`);
    }
    const { location } = this.external;
    if (path.posix.isAbsolute(location) || path.win32.isAbsolute(location) || /^[A-Za-z]:/.test(location)) {
      return this.outside();
    }
    if (location.split(/[\\/]/).includes('..') || location.includes('\0')) return this.outside();
    return path.join(path.dirname(this.modelPath), location);
  }

  /**
   * `true` when links lead out of the model's folder. A model that is itself a link (as in download caches) may have
   * its data beside the file that it points to.
   */
  private escapesByLink(resolved: string): boolean {
    const real = fs.realpathSync(resolved);
    const folders = [path.dirname(this.modelPath!), path.dirname(realPathIfAny(this.modelPath!))];
    return !folders.some((folder) => isInside(real, realPathIfAny(folder)));
  }

  private outside(): LatheError {
    return this.error(`is in the file "${this.external.location}", outside the model's folder: that is not allowed`, {
      fix: 'Put the data file beside the model and save the model with a location relative to its folder.',
    });
  }

  private error(what: string, options: { fix?: string } = {}): LatheError {
    return new LatheError('EXTERNAL_DATA', `Tensor "${this.tensorName}" ${what}.`, {
      ...options,
      at: { value: this.tensorName, ...(this.modelPath !== undefined && { file: this.modelPath }) },
    });
  }
}

function realPathIfAny(file: string): string {
  return fs.existsSync(file) ? fs.realpathSync(file) : file;
}

function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}

/** What stands in the way of reading external data of `model`: one error per tensor, none when all is there. */
export function checkExternalData(model: Model): LatheError[] {
  const errors: LatheError[] = [];
  for (const tensor of modelTensors(model)) {
    if (!(tensor.storage instanceof ExternalStorage)) continue;
    const error = tensor.storage.check();
    if (error) errors.push(error);
  }
  return errors;
}
