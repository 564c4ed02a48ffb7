/** Versions of this program and of the runtime that it brings along: those of the package. */

import packageFile from '../../../package.json' with { type: 'json' };

export const latheVersion = packageFile.version;

/** Pinned exactly, so that the version asked for is the version installed. */
export const onnxruntimeVersion = packageFile.dependencies['onnxruntime-node'];
