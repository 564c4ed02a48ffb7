import { workspace } from 'vscode';
import { FailureError } from './failure-error.ts';

/** Refuses what runs a model in a workspace that is not trusted, before the user answers questions for nothing. */
export function requireTrust(): void {
  if (workspace.isTrusted) return;
  throw new FailureError({
    code: 'UNTRUSTED',
    message: 'This would run the model, and the workspace is not trusted.',
    fix: 'Models can be looked at and checked without.',
  });
}
