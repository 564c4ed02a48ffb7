import { seriousFindings } from './accessibility.ts';
import type { Workbench } from './workbench.ts';

/** The theme's name in VS Code, and the classes it gives to the workbench and to the body of pages. */
const themes = {
  'dark': { setting: 'Default Dark Modern', workbench: 'vs-dark', body: 'vscode-dark' },
  'light': { setting: 'Default Light Modern', workbench: 'vs', body: 'vscode-light' },
  'high-contrast': { setting: 'Default High Contrast', workbench: 'hc-black', body: 'vscode-high-contrast' },
} as const;

export type ThemeName = keyof typeof themes;

export const themeNames = Object.keys(themes) as ThemeName[];

/** Changes the theme of the window, and waits until the visible page of Lathe has followed. */
export async function setTheme(bench: Workbench, name: ThemeName): Promise<void> {
  const { setting, workbench, body } = themes[name];
  await bench.host.call(async (vscode, value) => {
    await vscode.workspace.getConfiguration('workbench').update('colorTheme', value, vscode.ConfigurationTarget.Global);
  }, setting);
  await bench.page.locator(`.monaco-workbench.${workbench}`).waitFor();
  if (await bench.hasWebview()) await bench.webview().locator(`body.${body}`).waitFor();
}

/** What axe-core finds in the visible page, by theme; all lists are empty where all is well. */
export async function findingsByTheme(bench: Workbench): Promise<Record<ThemeName, string[]>> {
  const findings: Record<ThemeName, string[]> = { 'dark': [], 'light': [], 'high-contrast': [] };
  for (const name of [...themeNames].reverse()) {
    await setTheme(bench, name);
    findings[name] = await seriousFindings(bench.webview());
  }
  return findings;
}

export const nothingFound: Record<ThemeName, string[]> = { 'dark': [], 'light': [], 'high-contrast': [] };
