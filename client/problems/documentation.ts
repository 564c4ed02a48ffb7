import { commands, Uri, workspace, type Diagnostic } from 'vscode';
import { sectionOf } from './problem-section.ts';

export const documentationCommand = 'lathe.openDocumentation';

/** Makes the diagnostic's code a link to what the documentation says of it. */
export function linkToDocumentation(diagnostic: Diagnostic): void {
  const { code } = diagnostic;
  if (typeof code !== 'string') return;
  const target = Uri.parse(`command:${documentationCommand}?${encodeURIComponent(JSON.stringify([code]))}`);
  diagnostic.code = { value: code, target };
}

/** Opens the page of a problem code: the documentation that the extension brings along, at the code's section. */
export async function openDocumentation(extension: Uri, code: string): Promise<void> {
  const page = Uri.joinPath(extension, 'docs', 'problems.md');
  const text = new TextDecoder().decode(await workspace.fs.readFile(page));
  await commands.executeCommand('markdown.showPreview', page.with({ fragment: sectionOf(text, code) }));
}
