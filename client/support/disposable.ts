/** Something to end. VS Code's own `Disposable` is a class that nothing of ours needs to be an instance of. */
export interface Disposable {
  readonly dispose: () => unknown;
}

export function disposeAll(disposables: Iterable<Disposable>): void {
  for (const disposable of disposables) disposable.dispose();
}
