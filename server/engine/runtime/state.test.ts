/** Values that stay in the runtime's process from one run to the next. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floats, smallModel } from '../../../test/runtime/small-models.ts';
import { blockedChannels } from './blocked-layout.ts';
import { Runtime, type Session } from './runtime.ts';

let runtime: Runtime;
let session: Session;

/** total' = total + x, and twice = 2 · total'. */
const sum = smallModel({
  inputs: [['x', [2]], ['total', [2]]],
  outputs: [['next', [2]], ['twice', [2]]],
  nodes: [
    { opType: 'Add', inputs: ['total', 'x'], outputs: ['next'] },
    { opType: 'Add', inputs: ['next', 'next'], outputs: ['twice'] },
  ],
});

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
  session = await runtime.load(sum);
});

afterAll(() => runtime.close());

const carried = { next: 'total' };

describe('a state held by the process', () => {
  it('goes from run to run, and gives only the outputs asked for', async () => {
    await session.hold({ total: floats([2], [10, 20]) });
    const first = await session.advance({ x: floats([2], [1, 2]) }, ['twice'], carried);
    expect(first).toEqual({ twice: floats([2], [22, 44]) });
    expect(await session.advance({ x: floats([2], [1, 2]) }, [], carried)).toEqual({});
    expect(await session.held(['total'])).toEqual({ total: floats([2], [12, 24]) });
  });

  it('stays as it is without a carried output', async () => {
    await session.hold({ total: floats([2], [1, 1]) });
    await session.advance({ x: floats([2], [5, 5]) }, ['twice'], {});
    expect(await session.held(['total'])).toEqual({ total: floats([2], [1, 1]) });
  });

  it('refuses what does not fit, and what is missing', async () => {
    await expect(session.hold({ total: floats([3], [1, 2, 3]) })).rejects.toMatchObject({ code: 'RUNTIME' });
    await expect(session.hold({ sum: floats([2], [1, 2]) })).rejects.toMatchObject({ code: 'RUNTIME' });
    await expect(session.advance({}, ['twice'], carried)).rejects.toMatchObject({ at: { value: 'x' } });
    const fresh = await runtime.load(sum);
    await expect(fresh.advance({ x: floats([2], [1, 2]) }, [], carried)).rejects.toMatchObject({
      at: { value: 'total' },
    });
    await fresh.release();
  });
});

it('the layout of channel blocks is one that onnxruntime has', async () => {
  const block = await blockedChannels(runtime);
  expect([1, 8, 16]).toContain(block);
  if (process.arch === 'x64') expect(block).toBeGreaterThan(1);
});
