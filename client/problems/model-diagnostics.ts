import { languages, type Diagnostic, type DiagnosticCollection, type Uri } from 'vscode';
import { fragmentOfNode } from '../graph/problem-link.ts';
import type { Disposable } from '../support/disposable.ts';

/** Fragment for problems of the whole model. */
const wholeModel = 'model';

/** What the server says of the node, with a diagnostic of a model. */
function nodeOf(diagnostic: Diagnostic): string | undefined {
  const data: unknown = 'data' in diagnostic ? diagnostic.data : undefined;
  if (typeof data !== 'object' || data === null || !('node' in data)) return undefined;
  return typeof data.node === 'string' && data.node !== '' ? data.node : undefined;
}

/** Diagnostics by the fragment of the uri they are shown under, so that a click on one leads to its layer. */
export function byFragment(diagnostics: readonly Diagnostic[]): Map<string, Diagnostic[]> {
  const groups = new Map<string, Diagnostic[]>();
  for (const diagnostic of diagnostics) {
    const node = nodeOf(diagnostic);
    const fragment = node === undefined ? wholeModel : fragmentOfNode(node);
    const group = groups.get(fragment);
    if (group) group.push(diagnostic);
    else groups.set(fragment, [diagnostic]);
  }
  return groups;
}

/**
 * The problems of models, as the Problems panel lists them: under the model's file, each with its layer in the uri
 * (graph/problem-link.ts says why).
 */
export class ModelDiagnostics implements Disposable {
  private readonly collection: DiagnosticCollection = languages.createDiagnosticCollection('lathe-models');
  private readonly shown = new Map<string, readonly Uri[]>();

  /** Replaces what is known of a model. */
  set(model: Uri, diagnostics: readonly Diagnostic[]): void {
    for (const uri of this.shown.get(model.toString()) ?? []) this.collection.delete(uri);
    const groups = byFragment(diagnostics);
    const uris: Uri[] = [];
    for (const [fragment, group] of groups) {
      // A model that is known only as a whole, a broken one for example, needs no detour.
      const uri = groups.size === 1 && fragment === wholeModel ? model : model.with({ fragment });
      uris.push(uri);
      this.collection.set(uri, group);
    }
    this.shown.set(model.toString(), uris);
  }

  dispose(): void {
    this.collection.dispose();
  }
}
