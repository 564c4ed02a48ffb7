import { env, Uri, version, window, workspace, type ExtensionContext } from 'vscode';
import { serverState, type ServerState } from '../../protocol/server.ts';
import type { GraphEditors } from '../graph/graph-editor.ts';
import { failureOf } from '../server/failure-error.ts';
import type { ServerLink } from '../server/server-link.ts';
import { diagnosticsReport } from './diagnostics-report.ts';
import type { Disposable } from './disposable.ts';
import type { Log } from './log.ts';
import { registerCommand } from './register.ts';
import { withinTime } from './within-time.ts';

/** A server that hangs must not keep the report back. */
const serverLimitMs = 3000;

interface Manifest {
  readonly version: string;
  readonly contributes: {
    readonly configuration: readonly { readonly properties: Readonly<Record<string, { default: unknown }>> }[];
  };
}

/** Settings of ours that were changed, by name. */
function changedSettings({ contributes }: Manifest): Record<string, unknown> {
  const changed: Record<string, unknown> = {};
  for (const { properties } of contributes.configuration) {
    for (const [name, { default: usual }] of Object.entries(properties)) {
      const value = workspace.getConfiguration().get(name);
      if (JSON.stringify(value) !== JSON.stringify(usual)) changed[name] = value;
    }
  }
  return changed;
}

async function copyDiagnostics(context: ExtensionContext, link: ServerLink, log: Log): Promise<void> {
  const manifest = context.extension.packageJSON as Manifest;
  let server: ServerState | undefined;
  let serverFailure: string | undefined;
  try {
    server = await withinTime(link.request(serverState, {}), serverLimitMs);
  } catch (error) {
    serverFailure = failureOf(error).message;
  }
  await env.clipboard.writeText(diagnosticsReport({
    extension: manifest.version,
    editor: version,
    host: `${process.platform}-${process.arch}, Node ${process.version}`,
    // In a browser it is the name of a host.
    remote: /^[a-z-]*$/.test(env.remoteName ?? '') ? env.remoteName ?? '' : 'yes',
    trusted: workspace.isTrusted,
    server,
    serverFailure,
    settings: changedSettings(manifest),
    log: log.lastLines,
  }));
  void window.showInformationMessage('Copied versions, settings and the end of the log, without paths or file names.');
}

/** The shipped sample, in a folder of its own that may be written to: results go beside the model. */
async function sampleModel(context: ExtensionContext): Promise<Uri> {
  const samples = Uri.joinPath(context.extensionUri, 'samples');
  const folder = Uri.joinPath(context.globalStorageUri, 'sample');
  const model = Uri.joinPath(folder, 'digits.onnx');
  for (const name of ['digits.data.yaml', 'pictures', 'README.md', 'digits.onnx']) {
    await workspace.fs.copy(Uri.joinPath(samples, name), Uri.joinPath(folder, name), { overwrite: true });
  }
  return model;
}

/** Log, diagnostics, restart, sample. */
export function registerSupportCommands(
  context: ExtensionContext, link: ServerLink, log: Log, editors: GraphEditors,
): Disposable[] {
  return [
    registerCommand(log, 'lathe.showLog', () => log.show()),
    registerCommand(log, 'lathe.copyDiagnostics', () => copyDiagnostics(context, link, log)),
    registerCommand(log, 'lathe.restartServer', () => link.restart()),
    registerCommand(log, 'lathe.openSample', async () => editors.open(await sampleModel(context))),
  ];
}
