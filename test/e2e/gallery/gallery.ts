/**
 * Screenshots of every surface in every theme, and what axe-core says of the pages:
 *
 *     npm run build && node bench/run.mjs test/e2e/gallery/gallery.ts FOLDER [SURFACE…]
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seriousFindings } from '../harness/accessibility.ts';
import { installWorkbench } from '../harness/environment.ts';
import { installExtensions, packageLathe } from '../harness/extensions.ts';
import { setTheme, themeNames } from '../harness/themes.ts';
import { Workbench } from '../harness/workbench.ts';
import { galleryFiles, surfaces } from './surfaces.ts';

const [folder, ...chosen] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Usage: node bench/run.mjs test/e2e/gallery/gallery.ts FOLDER [SURFACE…]');
  process.exit(2);
}

const installed = await installWorkbench();
if ('missing' in installed) {
  console.error(installed.missing);
  process.exit(1);
}
const scratch = await mkdtemp(join(tmpdir(), 'lathe-gallery-'));
const extensions = await installExtensions(installed, await packageLathe(join(scratch, 'vsix')), scratch);
const bench = await Workbench.open({ ...installed, extensions, scratch }, join(scratch, 'w'), { files: galleryFiles });
try {
  for (const { name, isPage, withNotifications = false, show, leave } of surfaces) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    try {
      await setTheme(bench, 'dark');
      await show(bench);
      if (!withNotifications) await clearNotifications(bench);
      for (const theme of themeNames) {
        await setTheme(bench, theme);
        // Fonts and layouts settle.
        await bench.page.waitForTimeout(400);
        await bench.screenshot(join(folder, `${name}.${theme}.png`));
        const findings = isPage ? await seriousFindings(bench.webview()) : [];
        console.log([`${name}, ${theme}`, ...findings].join('\n  '));
      }
      await leave?.(bench);
    } catch (error) {
      process.exitCode = 1;
      console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      await bench.screenshot(join(folder, `${name}.failed.png`));
      await bench.page.keyboard.press('Escape');
    }
  }
} finally {
  await bench.close();
  await rm(scratch, { recursive: true, force: true });
}

async function clearNotifications({ host }: Workbench): Promise<void> {
  await host.call(async (vscode) => {
    await vscode.commands.executeCommand('notifications.clearAll');
  });
}
