import { TabInputCustom, Uri, window, workspace, type QuickPickItem } from 'vscode';
import { textScheme } from '../../protocol/model.ts';
import type { OpenGraphs } from '../graph/open-graphs.ts';
import { modelOfText } from '../text/text-view.ts';
import { fileName } from './page-model.ts';

interface ModelItem extends QuickPickItem {
  readonly uri: Uri;
}

/** More are not offered: whoever has so many opens one and starts there. */
const offeredModels = 200;

/** A model that a command was given: by the explorer, a link or another command. */
export function givenModel(argument: unknown): Uri | undefined {
  if (argument instanceof Uri) {
    return argument.scheme === textScheme ? modelOfText(argument) : withoutFragment(argument);
  }
  if (typeof argument !== 'string' || argument === '') return undefined;
  return /^[a-z][a-z0-9+.-]+:/i.test(argument) ? withoutFragment(Uri.parse(argument)) : Uri.file(argument);
}

function withoutFragment(uri: Uri): Uri {
  return uri.fragment === '' ? uri : uri.with({ fragment: '' });
}

/** The models of a selection in the explorer: it gives the item that was clicked, then all that are selected. */
export function givenModels(clicked: unknown, selected: unknown): Uri[] {
  const several = Array.isArray(selected) ? selected.map(givenModel) : [givenModel(clicked), givenModel(selected)];
  return several.filter((uri): uri is Uri => uri !== undefined && isModel(uri));
}

export function isModel(uri: Uri): boolean {
  return uri.path.toLowerCase().endsWith('.onnx');
}

/** The model that the user looks at now, in whatever kind of editor. */
export function modelInView(graphs: OpenGraphs): Uri | undefined {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof TabInputCustom && isModel(input.uri)) return withoutFragment(input.uri);
  const document = window.activeTextEditor?.document;
  if (document?.uri.scheme === textScheme) return modelOfText(document.uri);
  return graphs.active?.panel.visible === true ? graphs.active.model : undefined;
}

async function offered(except: readonly Uri[]): Promise<ModelItem[]> {
  const found = await workspace.findFiles('**/*.onnx', '**/node_modules/**', offeredModels);
  return found
    .filter((uri) => !except.some((other) => other.toString() === uri.toString()))
    .map((uri) => ({ uri, label: `$(file) ${fileName(uri.path)}`, description: folderOf(uri) }))
    .sort((a, b) => a.label.localeCompare(b.label));
}

function folderOf(uri: Uri): string {
  const relative = workspace.asRelativePath(uri);
  return relative.slice(0, Math.max(0, relative.lastIndexOf('/')));
}

/** Lets the user choose a model; undefined when they change their mind. */
export async function pickModel(title: string, except: readonly Uri[] = []): Promise<Uri | undefined> {
  const browse: QuickPickItem = { label: '$(folder-opened) Browse…', alwaysShow: true };
  const items: (ModelItem | QuickPickItem)[] = [...await offered(except), browse];
  const chosen = await window.showQuickPick(items, { title, placeHolder: 'Choose a model', matchOnDescription: true });
  if (chosen === undefined) return undefined;
  if ('uri' in chosen) return chosen.uri;
  const [file] = await window.showOpenDialog({ title, filters: { 'ONNX models': ['onnx'] } }) ?? [];
  return file;
}

/** The model that a command is about: the given one, the one in view, or the one the user chooses. */
export async function whichModel(argument: unknown, graphs: OpenGraphs, title: string): Promise<Uri | undefined> {
  return givenModel(argument) ?? modelInView(graphs) ?? await pickModel(title);
}

/** Several models to choose from. */
export async function pickModels(title: string): Promise<Uri[] | undefined> {
  const chosen = await window.showQuickPick(await offered([]), {
    title, placeHolder: 'Choose one or more models', canPickMany: true, matchOnDescription: true,
  });
  return chosen?.map(({ uri }) => uri);
}
