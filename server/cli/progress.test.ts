import { describe, expect, it } from 'vitest';
import { Progress } from './progress.ts';

/** What a stream was given, with time standing still until it is moved. */
function recorded(isTTY: boolean, quiet = false) {
  const written: string[] = [];
  const clock = { ms: 0 };
  const stream = { isTTY, columns: 60, write: (text: string) => written.push(text) };
  return { written, clock, progress: new Progress(stream, quiet, () => clock.ms) };
}

describe('Progress', () => {
  it('writes a line for each phase, and further ones now and then', () => {
    const { written, clock, progress } = recorded(false);
    for (let i = 1; i <= 50; i++) {
      progress.report('Calibrating', i, 50);
      clock.ms += 100;
    }
    progress.report('Saving', 0, 0);
    expect(written).toEqual(['Calibrating 1/50\n', 'Calibrating 21/50\n', 'Calibrating 41/50\n', 'Saving\n']);
  });

  it('draws a bar on a terminal, with the time left once that can be told', () => {
    const { written, clock, progress } = recorded(true);
    progress.report('Calibrating', 1, 4);
    clock.ms = 3000;
    progress.report('Calibrating', 2, 4);
    expect(written[0]).toBe(`\r\u001B[2K${'█'.repeat(6)}${'░'.repeat(18)} Calibrating 1/4`);
    expect(written[1]).toBe(`\r\u001B[2K${'█'.repeat(12)}${'░'.repeat(12)} Calibrating 2/4, 3.00 s left`);
    progress.clear();
    progress.clear();
    expect(written.slice(2)).toEqual(['\r\u001B[2K']);
  });

  it('never writes a line longer than the terminal', () => {
    const { written, progress } = recorded(true);
    progress.report('x'.repeat(100), 1, 2);
    expect(written[0]!.length).toBe('\r\u001B[2K'.length + 59);
  });

  it('says nothing when it is to be quiet', () => {
    const { written, progress } = recorded(true, true);
    progress.report('Calibrating', 1, 2);
    progress.clear();
    expect(written).toEqual([]);
  });
});
