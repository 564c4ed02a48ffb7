import {
  DiagnosticSeverity, EventEmitter, FileDecoration, languages, ThemeColor, window, workspace, type Diagnostic,
  type FileDecorationProvider, type Uri,
} from 'vscode';
import type { Disposable } from '../support/disposable.ts';

/**
 * The count and colour of a model's problems in the explorer and on its tab. VS Code makes them for problems of the
 * file's own uri only, and those of layers have a fragment.
 */
export class ModelDecorations implements FileDecorationProvider, Disposable {
  readonly onDidChangeFileDecorations;
  private readonly changed = new EventEmitter<Uri[]>();
  private readonly registrations: Disposable[];

  constructor() {
    this.onDidChangeFileDecorations = this.changed.event;
    this.registrations = [
      this.changed,
      languages.onDidChangeDiagnostics(({ uris }) => {
        const models = uris.filter(({ fragment, path }) => fragment !== '' && path.endsWith('.onnx'));
        if (models.length > 0) this.changed.fire(models.map((uri) => uri.with({ fragment: '' })));
      }),
      window.registerFileDecorationProvider(this),
    ];
  }

  provideFileDecoration(uri: Uri): FileDecoration | undefined {
    if (uri.fragment !== '' || !uri.path.endsWith('.onnx')) return undefined;
    const wanted = workspace.getConfiguration('problems').get<boolean>('decorations.enabled');
    if (wanted === false) return undefined;
    const found = this.problemsOfLayers(uri);
    const errors = found.filter(({ severity }) => severity === DiagnosticSeverity.Error).length;
    if (found.length === 0) return undefined;
    const decoration = new FileDecoration(
      found.length > 9 ? '9+' : String(found.length),
      found.length === 1 ? '1 problem' : `${found.length} problems`,
      new ThemeColor(errors > 0 ? 'list.errorForeground' : 'list.warningForeground'),
    );
    decoration.propagate = true;
    return decoration;
  }

  dispose(): void {
    for (const registration of this.registrations) registration.dispose();
  }

  private problemsOfLayers(model: Uri): Diagnostic[] {
    return languages.getDiagnostics()
      .filter(([uri]) => uri.fragment !== '' && uri.with({ fragment: '' }).toString() === model.toString())
      .flatMap(([, diagnostics]) => diagnostics)
      .filter(({ severity }) => severity <= DiagnosticSeverity.Warning);
  }
}
