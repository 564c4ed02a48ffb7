import { readdir, readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { story } from '../harness/story.ts';
import { sampleFiles } from '../harness/workspace.ts';

/** Processes of this window whose command line has `part` in it. */
async function processesOf(extensions: string, part: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(extensions) && command.includes(part)) found.push(Number(name));
  }
  return found;
}

story('what goes wrong is told, and nothing is lost', {
  files: { ...sampleFiles, 'broken.onnx': { text: 'This is no model.\n' } },
}, (step) => {
  step('a malformed model says what is wrong with it', async (bench) => {
    await bench.openFile('broken.onnx');
    await bench.webview().getByRole('heading', { name: 'This model cannot be shown' }).waitFor();
    await bench.webview().getByText('The file is text, not an ONNX model.').waitFor();
    await (await bench.problems()).filter({ hasText: 'not an ONNX model' }).waitFor();
  });

  step('a run that is cancelled leaves nothing half-done', async (bench) => {
    await bench.startCompression('digits.onnx');
    await bench.page.getByRole('button', { name: 'Cancel' }).click();
    await (await bench.run(/Compression of digits.*cancelled/)).waitFor();
    expect((await readdir(bench.folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  step('a job that is killed fails alone, and says so', async (bench) => {
    await bench.startCompression('digits.onnx');
    await expect.poll(async () => processesOf(bench.extensions, 'job.js')).toHaveLength(1);
    for (const job of await processesOf(bench.extensions, 'job.js')) process.kill(job, 'SIGKILL');
    await (await bench.run(/Compression of digits.*failed/)).waitFor();
    await bench.showExplorer();
    await bench.openFile('digits.onnx');
    await bench.webview().getByRole('application').waitFor();
  });

  step('a language server that dies is started again', async (bench) => {
    const [server] = await processesOf(bench.extensions, 'language-server.js');
    if (server === undefined) throw new Error('There is no language server.');
    process.kill(server, 'SIGKILL');
    await bench.notification('Lathe’s language server stopped unexpectedly and was started again.').waitFor();
    await bench.webview().getByRole('button', { name: 'Search (/)' }).click();
    await bench.webview().getByRole('search').getByRole('textbox').fill('classifier');
    await bench.webview().getByRole('search').getByRole('button', { name: 'gemm' }).click();
    await bench.webview().getByRole('complementary').getByText('transB').waitFor();
  });

  step('the history of runs survives a reload of the window', async (bench) => {
    await bench.reload();
    for (const end of ['cancelled', 'failed']) {
      await (await bench.run(new RegExp(`Compression of digits.*${end}`))).waitFor();
    }
  });
});
