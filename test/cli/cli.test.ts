import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lathe, root, startLathe } from './run-lathe.ts';

const sample = join(root, 'samples/digits.onnx');
const data = join(root, 'samples/digits.data.yaml');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lathe-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Standard output as the one JSON document that it must be. */
function json(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}

describe('lathe', () => {
  it('tells what it is', async () => {
    const [help, version, command, nothing] = await Promise.all([
      lathe('--help'), lathe('--version'), lathe('compress', '--help'), lathe(),
    ]);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const name of ['inspect', 'analyze', 'compress', 'run', 'quantize', 'prune', 'distill', 'evaluate', 'compare',
      'benchmark', 'check', 'targets']) {
      expect(help.stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    }
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(command.stdout).toContain('Usage: lathe compress MODEL');
    expect(command.stdout).toContain('--max-drop X');
    expect(nothing).toMatchObject({ code: 2, stdout: '' });
  });

  it.each<[string[], string]>([
    [['chek'], 'Unknown command "chek". Did you mean "check"?'],
    [['check', sample, '--target'], 'The option "--target" needs a value: --target T.'],
    [['check', sample, '--target', 'x46'], 'Unknown target "x46". Did you mean "x64"?'],
    [['compress', sample, '--max-drop', 'much'], '"--max-drop" must be a number of at least 0, not "much".'],
    [['distill', sample, '--epochs', 'few'], '"--epochs" must be a number of at least 0, not "few".'],
    [['distill', sample, '--data', data, '--labels', '2'], '"labels" must be at most 1'],
    [['quantize', sample, '--data', data, '--scheme', 'int5'], '"scheme" cannot be "int5". Did you mean "int8"?'],
    [['inspect', 'nowhere.onnx'], 'There is no file'],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await lathe(...args, '--json');
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^(?:\S+: )?error: /);
    expect(stderr).not.toContain('    at ');
    const { error } = json(stdout) as { error: { code: string; message: string } };
    expect(error.message).toContain(message);
    expect(error.code).toMatch(/^(?:USAGE|UNSUPPORTED|FILE)$/);
  });
});

describe('lathe inspect, check, targets', () => {
  it('prints one JSON document', async () => {
    const [inspect, check, targets] = await Promise.all([
      lathe('inspect', sample, '--json'),
      lathe('check', sample, '--target', 'qnn-htp', '--json', '--sarif', join(folder, 'check.sarif')),
      lathe('targets', '--json'),
    ]);
    expect(inspect).toMatchObject({ code: 0, stderr: '' });
    expect(json(inspect.stdout)).toMatchObject({ opset: 17, nodes: 71, problems: [], inputs: [{ name: 'image' }] });
    expect(check.code).toBe(1);
    expect(json(check.stdout)).toMatchObject({
      target: 'qnn-htp',
      problems: [{ code: 'LTH1004', severity: 'error', node: 'image' }],
    });
    expect(json(readFileSync(join(folder, 'check.sarif'), 'utf8'))).toMatchObject({
      version: '2.1.0',
      runs: [{ results: [{ ruleId: 'LTH1004', level: 'error' }] }],
    });
    expect(json(targets.stdout)['targets']).toHaveLength(13);
  });

  it('refuses what is no model', async () => {
    writeFileSync(join(folder, 'no.onnx'), 'hello');
    const { code, stderr } = await lathe('inspect', join(folder, 'no.onnx'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/no\.onnx: error: /);
  });
});

describe('lathe distill', () => {
  it('writes a recipe that measures on none of the pictures that it trains on', async () => {
    const pictures = join(root, 'samples/pictures/evaluation');
    const { code, stdout, stderr } = await lathe('distill', sample, '--data', pictures, '--width', '0.5', '--fresh',
      '--epochs', '2', '--augment', 'crop,cutout', '--write-recipe', '--json', '-o', join(folder, 'student.onnx'));
    expect(code, stderr).toBe(0);
    const { recipe } = json(stdout) as { recipe: string };
    const { data, steps } = parse(recipe) as { data: Record<string, Record<string, unknown>>; steps: unknown[] };
    expect(data['training']).toMatchObject({ shuffle: true, limit: 240, augment: ['crop', 'cutout'] });
    expect(data['evaluation']).toMatchObject({ shuffle: true, skip: 240 });
    expect(data['calibration']).toMatchObject({ shuffle: true, limit: 75 });
    expect(steps[1]).toEqual({ distill: { student: { width: 0.5, weights: 'fresh' }, epochs: 2 } });
  });
});

describe('lathe run', () => {
  it('names every problem of a recipe with its place', async () => {
    const recipe = join(folder, 'bad.lathe.yaml');
    writeFileSync(recipe, 'version: 1\nmodel: digits.onnx\nsteps:\n  - quantize: { calibraton: auto }\ngaol: {}\n');
    const { code, stdout, stderr } = await lathe('run', recipe, '--json', '--sarif', join(folder, 'run.sarif'));
    expect(code).toBe(2);
    expect(stderr).toContain(`${recipe}:4:17: error: Unknown key "calibraton". Did you mean "calibration"?\n`);
    expect(stderr).toContain(`${recipe}:5:1: error: Unknown key "gaol". Did you mean "goal"?\n`);
    expect(json(stdout)).toMatchObject({
      error: {
        code: 'RECIPE',
        at: { file: recipe, line: 4, column: 17 },
        problems: [{ line: 4 }, { line: 5, column: 1 }],
      },
    });
    expect(json(readFileSync(join(folder, 'run.sarif'), 'utf8'))).toMatchObject({
      runs: [{ results: [
        { ruleId: 'LTH2002', locations: [{ physicalLocation: { region: { startLine: 4, startColumn: 17 } } }] },
        { ruleId: 'LTH2002' },
      ] }],
    });
  });

  it('carries a recipe out, and gives the fields that scripts rely on', async () => {
    copyFileSync(sample, join(folder, 'digits.onnx'));
    const recipe = join(folder, 'fold.lathe.yaml');
    const pictures = `{ images: ${JSON.stringify(join(root, 'samples/pictures/evaluation'))}, preprocess: `
      + '{ scale: 0.00392156862745098, mean: [0.1307], std: [0.3081], channels: GRAY } , limit: 20 }';
    writeFileSync(recipe, `version: 1
model: digits.onnx
output: small.onnx
data:
  evaluation: ${pictures}
goal: { maxDrop: 0.5 }
steps:
  - fold: {}
`);
    const { code, stdout, stderr } = await lathe('run', recipe, '--json');
    expect(stderr).toMatch(/^Measuring the original 1\/20$/m);
    expect(code).toBe(0);
    const result = json(stdout);
    const figures = (sizeBytes: number): unknown => ({
      sizeBytes,
      parameters: expect.any(Number) as number,
      metric: { name: 'top1', samples: 20, value: expect.any(Number) as number },
      latencyMs: { median: expect.any(Number) as number, p95: expect.any(Number) as number },
    });
    const sizeBytes = readFileSync(join(folder, 'small.onnx')).byteLength;
    expect(result).toMatchObject({
      output: join(folder, 'small.onnx'),
      report: join(folder, 'small.report.html'),
      recipe,
      original: figures(400_331),
      result: figures(sizeBytes),
      goalMet: true,
      synthetic: false,
      durationMs: expect.any(Number) as number,
    });
    // Folding changes no answer.
    expect((result['drop'] as { value: number }).value).toBe(0);
    const layers = result['layers'] as { name: string; opType: string; action: string; sqnrDb: number | null }[];
    expect(layers.filter(({ action }) => action === 'folded')).toHaveLength(25);
    expect(layers[0]).toMatchObject({ name: '/stem/conv', opType: 'Conv', sqnrDb: null });
    expect(readFileSync(join(folder, 'small.report.html'), 'utf8')).toContain('<title>digits, compressed</title>');
    expect(existsSync(join(folder, 'small.report.md'))).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('lathe, interrupted', () => {
  it('ends with 130, and names the best result so far', async () => {
    const out = join(folder, 'interrupted.onnx');
    const { process: child, finished, says } = startLathe([
      'quantize', sample, '--data', data, '--limit', '20', '-o', out, '--json',
    ]);
    await says(/Calibrating|channel ranges/);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await finished;
    expect(code).toBe(130);
    expect(stderr).toContain(`Cancelled. The best result so far is kept: ${out}`);
    expect(json(stdout)).toMatchObject({ error: { code: 'CANCELLED' } });
    // The step before had folded the batch norms away.
    const { stdout: kept } = await lathe('inspect', out, '--json');
    expect(json(kept)['nodes']).toBeLessThan(71);
  });

  it('ends at once on a second signal', async () => {
    const { process: child, finished, says } = startLathe(['evaluate', sample, '--data', data]);
    await says(/Measuring/);
    child.kill('SIGTERM');
    child.kill('SIGTERM');
    expect((await finished).code).toBe(130);
  });
});
