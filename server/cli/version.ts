/** The program's version: that of its package. */

import packageFile from '../../package.json' with { type: 'json' };

export const { version } = packageFile;
