import { describe, expect, it } from 'vitest';
import type { TopologyNode } from '../../../../src/protocol/topology';
import { allBlocks, beginnings, blocksAround, blocksOf } from '../../../../src/webview/graph/blocks';
import { joinDrawing, planDrawing } from '../../../../src/webview/graph/drawing';
import { findNodes } from '../../../../src/webview/graph/find';
import { place } from '../../../../src/webview/graph/layout/place';

const node = (name: string, inputs: number[], type = 'Conv2D'): TopologyNode => ({
  ...{ layer: name, path: name.split('>'), type, shape: [null, 8, 8, 4] },
  inputs: inputs.map((from) => ({ from, shape: null })),
});

/** Residual blocks with the names of ResNet-50, and a stem. */
const resnet: TopologyNode[] = [node('input_1', [], 'InputLayer')];
for (let block = 1; block <= 6; block++) {
  const before = resnet.length - 1;
  for (const part of ['1_conv', '1_bn', '1_relu', '2_conv'])
    resnet.push(node(`conv${block < 4 ? 2 : 3}_block${block}_${part}`, [resnet.length - 1]));
  resnet.push(node(`conv${block < 4 ? 2 : 3}_block${block}_add`, [before, resnet.length - 1], 'Add'));
}

describe('blocks', () => {
  it('take the beginnings of names, with a number joined to its word', () => {
    expect(beginnings('conv2_block1_1_conv')).toEqual(['conv2', 'conv2_block1']);
    expect(beginnings('block_12_expand')).toEqual(['block_12']);
    expect(beginnings('conv2d_1')).toEqual([]);
  });

  it('of a residual network are its stages with their blocks', () => {
    const parts = blocksOf(resnet);
    expect(parts.map((part) => (typeof part === 'number' ? part : part.label))).toEqual([0, 'conv2', 'conv3']);
    expect(allBlocks(parts).map(({ nodes }) => nodes.length)).toEqual([15, 5, 5, 5, 15, 5, 5, 5]);
    expect(blocksAround(parts, 7)).toEqual(['conv2', 'conv2_block2']);
  });

  it('are those of nested models in a small model too', () => {
    const parts = blocksOf([node('in', []), node('base>a', [0]), node('base>b', [1]), node('out', [2])]);
    expect(allBlocks(parts).map(({ label, nodes }) => [label, nodes])).toEqual([['base', [1, 2]]]);
  });

  it('take in a nameless node between their own, and none that belongs to another block', () => {
    const nodes = resnet.map((one, i) => (i === 3 ? { ...one, path: ['tf.math.multiply_3'], layer: 'm' } : one));
    expect(allBlocks(blocksOf(nodes)).find(({ label }) => label === 'conv2_block1')?.nodes).toContain(3);
    const mixed = resnet.map((one, i) => (i === 3 ? { ...one, path: ['conv9_block1_x'], layer: 'x' } : one));
    expect(allBlocks(blocksOf(mixed)).some(({ label }) => label === 'conv2_block1')).toBe(false);
  });
});

describe('a drawing of blocks', () => {
  it('has a box for each closed block, and a line for each connection between boxes', () => {
    const parts = blocksOf(resnet);
    const closed = planDrawing(resnet, parts, new Set());
    expect(closed.level.lines).toEqual([[0, 1], [1, 2]]); // prettier-ignore
    const open = planDrawing(resnet, parts, new Set(['conv2', 'conv2_block1']));
    const drawing = joinDrawing(open, place(open.level));
    expect(drawing.boxes.filter(({ open: isOpen }) => isOpen)).toHaveLength(2);
    for (const i of resnet.keys()) expect(drawing.boxOf.has(i)).toBe(true);
    const [stage, block] = drawing.boxes.filter(({ open: isOpen }) => isOpen);
    expect(block!.x).toBeGreaterThan(stage!.x);
    expect(block!.y + block!.height).toBeLessThan(stage!.y + stage!.height);
    const own = drawing.boxOf.get(1)!;
    expect(own.y).toBeGreaterThan(block!.y);
    expect(own.y + own.height).toBeLessThan(block!.y + block!.height);
  });

  it('finds nodes by all words of name and type', () => {
    expect(findNodes(resnet, 'BLOCK2 add')).toEqual([10]);
    expect(findNodes(resnet, '  ')).toEqual([]);
  });
});
