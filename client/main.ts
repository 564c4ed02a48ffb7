/** The extension's entry. */

import type { ExtensionContext } from 'vscode';

export function activate(_context: ExtensionContext): void {
  // The parts register themselves here.
}
