import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type FrameLocator, type Locator, type Page }
  from 'playwright-core';
import type { Environment } from './environment.ts';
import { latheId } from './extensions.ts';
import { readyText } from './helper/ready.ts';
import { ExtensionHost } from './host.ts';
import { WorkbenchServer } from './server.ts';
import { layOutWorkspace, type WorkspaceFiles } from './workspace.ts';

export interface WorkbenchOptions {
  readonly files: WorkspaceFiles;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** The screen of a workbench that did not come up, in its folder. */
export const didNotOpen = 'did-not-open.png';

const readyLimitMs = 60_000;
const openLimitMs = 10_000;
const viewport = { width: 1400, height: 900 };

/** VS Code in a browser, with a workspace of its own and Lathe installed. Names of its methods are what a user does. */
export class Workbench {
  readonly page: Page;
  readonly host: ExtensionHost;
  readonly server: WorkbenchServer;
  /** Path of the workspace. */
  readonly folder: string;
  /** Where Lathe is installed: what it starts can be told by it. */
  readonly extensions: string;
  /** Errors that the browser's console told since the start. */
  readonly consoleErrors: string[] = [];
  private readonly browser: Browser;
  private readonly context: BrowserContext;
  private readonly extensionId: string;

  private constructor(
    parts: Pick<Workbench, 'page' | 'host' | 'server' | 'folder' | 'extensions'>, browser: Browser,
    context: BrowserContext, extensionId: string,
  ) {
    this.page = parts.page;
    this.host = parts.host;
    this.server = parts.server;
    this.folder = parts.folder;
    this.extensions = parts.extensions;
    this.browser = browser;
    this.context = context;
    this.extensionId = extensionId;
    this.page.on('console', (message) => {
      if (message.type() === 'error') this.consoleErrors.push(message.text());
    });
  }

  /** Opens the workspace and waits until everything that extensions contribute is there. */
  static async open(environment: Environment, folder: string, options: WorkbenchOptions): Promise<Workbench> {
    const workspace = join(folder, 'workspace');
    await layOutWorkspace(workspace, options.files);
    const host = new ExtensionHost(folder);
    const server = await WorkbenchServer.start(environment, folder, {
      env: host.env, ...(options.settings === undefined ? {} : { settings: options.settings }),
    });
    let browser: Browser | undefined;
    try {
      browser = await launchChromium(environment.chromium);
      const context = await browser.newContext({ viewport, permissions: ['clipboard-read', 'clipboard-write'] });
      await context.tracing.start({ snapshots: true, screenshots: false });
      const page = await context.newPage();
      const parts = { page, host, server, folder: workspace, extensions: environment.extensions };
      const bench = new Workbench(parts, browser, context, await latheId());
      await page.goto(server.pageOf(workspace));
      await bench.untilReady();
      return bench;
    } catch (error) {
      await browser?.contexts()[0]?.pages()[0]?.screenshot({ path: join(folder, didNotOpen) }).catch(() => undefined);
      await browser?.close();
      await server.stop();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
  }

  /** A reload of the window: a new extension host, the same editors. */
  async reload(): Promise<void> {
    await this.host.forget();
    await this.page.reload();
    await this.untilReady();
  }

  /** Custom editors, menus and commands are registered a while after the explorer can be used. */
  private async untilReady(): Promise<void> {
    await this.page.locator('.statusbar-item', { hasText: readyText }).waitFor({ timeout: readyLimitMs });
  }

  async screenshot(path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await this.page.screenshot({ path, animations: 'disabled' });
  }

  async saveTrace(path: string): Promise<void> {
    await this.context.tracing.stop({ path });
  }

  /** A row of the explorer. */
  file(name: string): Locator {
    return this.page.locator('.explorer-folders-view').getByRole('treeitem', { name, exact: true });
  }

  async showExplorer(): Promise<void> {
    await this.host.call(async (vscode) => {
      await vscode.commands.executeCommand('workbench.view.explorer');
    });
  }

  /** Rows move while a run's files appear in the explorer, so a double click can meet the wrong one: it is repeated. */
  async openFile(name: string): Promise<void> {
    for (let attempts = 3; ; attempts--) {
      await this.file(name).dblclick();
      const opened = await this.tab(name).waitFor({ timeout: openLimitMs }).then(() => true, () => false);
      if (opened) return;
      if (attempts === 1) throw new Error(`The explorer does not open "${name}".`);
    }
  }

  /** Chooses from the context menu of a row of the explorer; further names go down into submenus. */
  async chooseFromMenu(file: string, ...items: readonly [string, ...string[]]): Promise<void> {
    await this.file(file).click({ button: 'right' });
    await this.chooseFromOpenMenu(...items);
  }

  async chooseFromOpenMenu(...items: readonly [string, ...string[]]): Promise<void> {
    for (const [depth, name] of items.entries()) {
      const item = this.page.getByRole('menuitem', { name, exact: true });
      await item.waitFor();
      if (depth < items.length - 1) await item.hover();
      else await item.click();
    }
  }

  /** Runs a command from the palette, by its title with its category: "Lathe: Benchmark Model". */
  async runCommand(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInput.locator('input[type=text]').fill(`>${title}`);
    await this.quickInput.getByRole('option', { name: title }).first().click();
  }

  /** The Quick Pick or input box that is open. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  /** Enter, as soon as the question whose title has `part` in it offers something. */
  async acceptSuggestion(part: string): Promise<void> {
    const title = this.quickInput.getByText(part);
    await title.waitFor();
    // Until its own answers are there, the rows of the question before may still stand.
    await this.quickInput.locator('.monaco-progress-container:not(.active)').waitFor({ state: 'attached' });
    await this.quickInput.locator('.monaco-list-row').first().waitFor();
    await this.page.keyboard.press('Enter');
    await title.waitFor({ state: 'hidden' });
  }

  /** The inside of Lathe's visible page; with two side by side, `nth` counts from the left. */
  webview(nth = 0): FrameLocator {
    return this.webviews.nth(nth).contentFrame().locator('iframe#active-frame').contentFrame();
  }

  async hasWebview(): Promise<boolean> {
    return await this.webviews.count() > 0;
  }

  private get webviews(): Locator {
    return this.page.locator(`iframe.webview.ready[src*="extensionId=${this.extensionId}"]:visible`);
  }

  /** The tab of an editor. */
  tab(name: string): Locator {
    return this.page.getByRole('tab', { name }).first();
  }

  async closeAllEditors(): Promise<void> {
    await this.host.call(async (vscode) => {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    });
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts').getByText(text);
  }

  /** A row of the Runs view, which comes to the front; `what` is as a screen reader says it. */
  async run(what: RegExp): Promise<Locator> {
    await this.runCommand('Lathe: Show Runs');
    return this.page.getByRole('treeitem', { name: what }).first();
  }

  /** Rows that move under the mouse can take a menu or the first question with them, so both are repeated. */
  private async openWizard(file: string): Promise<void> {
    const first = this.quickInput.getByText('(1/3)');
    for (let attempts = 3; ; attempts--) {
      await this.chooseFromMenu(file, 'Compress Model…');
      const asked = await first.waitFor({ timeout: openLimitMs }).then(() => true, () => false);
      if (asked) return;
      if (attempts === 1) throw new Error(`The wizard does not open for "${file}".`);
    }
  }

  /** Enter, Enter, Enter on a model of the explorer: the advised recipe is written and runs. */
  async startCompression(file: string): Promise<void> {
    await this.showExplorer();
    await this.openWizard(file);
    for (const place of [1, 2, 3]) await this.acceptSuggestion(`(${place}/3)`);
  }

  /** The rows of the Problems panel, which opens when it is not. */
  async problems(): Promise<Locator> {
    const panel = this.page.locator('.markers-panel');
    if (!await panel.isVisible()) await this.page.locator('#status\\.problems').click();
    await panel.waitFor();
    return panel.getByRole('treeitem');
  }
}

export async function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  });
}
