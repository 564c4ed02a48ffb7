import { commands, Uri, workspace } from 'vscode';
import { sectionOf } from './problem-section.ts';

/** Opens the page of a problem code: the documentation that the extension brings along, at the code's section. */
export async function openDocumentation(extension: Uri, code: string): Promise<void> {
  const page = Uri.joinPath(extension, 'docs', 'problems.md');
  const text = new TextDecoder().decode(await workspace.fs.readFile(page));
  await commands.executeCommand('markdown.showPreview', page.with({ fragment: sectionOf(text, code) }));
}
