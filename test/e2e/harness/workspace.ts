import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What a workspace holds: by relative path, the file or folder to copy or the text to write. */
export type WorkspaceFiles = Readonly<Record<string, { readonly copy: string } | { readonly text: string }>>;

export async function layOutWorkspace(folder: string, files: WorkspaceFiles): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, source] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    if ('text' in source) await writeFile(path, source.text);
    else await cp(source.copy, path, { recursive: true });
  }
}
