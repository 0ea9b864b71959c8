import { compact, count, plural, sampleShape } from '../../protocol/format';
import { t } from '../../protocol/l10n';
import type { LayerInfo } from '../../protocol/model';
import type { TopologyNode } from '../../protocol/topology';
import type { Block } from './blocks';
import type { Mark } from './changes';
import type { Paint } from './paint';

/** Shortens a text in the middle, where names differ least. */
export const elided = (text: string, longest: number): string => {
  if (text.length <= longest) return text;
  const end = Math.floor((longest - 1) / 2);
  return `${text.slice(0, longest - 1 - end)}\u2026${text.slice(-end)}`;
};

/** The name of a node, with the number of its call. */
export const nodeName = ({ path, call }: TopologyNode): string =>
  path.at(-1)! + (call ? t(' (call {0} of {1})', call.number, call.of) : '');

/** All that is known of a node, a line each. */
export function nodeWords(
  node: TopologyNode,
  layer: Pick<LayerInfo, 'params' | 'macs'> | undefined,
  { paint, mark, coupled }: { paint: Paint; mark: Mark | undefined; coupled: string | undefined },
): string[] {
  const value = node.layer === null ? undefined : paint.values.get(node.layer);
  return [
    node.path.join('/') + (node.call ? t(', call {0} of {1}', node.call.number, node.call.of) : ''),
    node.type,
    ...(node.shape ? [t('output {0}', sampleShape(node.shape))] : []),
    ...(layer && layer.params > 0 ? [plural(layer.params, 'parameter')] : []),
    ...(layer?.macs ? [t('{0} MACs', compact(layer.macs))] : []),
    ...(value === undefined ? [] : [t('{0}: {1}', paint.title, paint.words(value))]),
    ...(mark ? [mark.words] : []),
    ...(coupled === undefined ? [] : [coupled]),
    ...(node.end === 'loose'
      ? [t('no output depends on it')]
      : node.end
        ? [node.end === 'input' ? t('input of the model') : t('output of the model')]
        : []),
  ];
}

/** A block in words, a line each. */
export const blockWords = ({ label, nodes }: Block, open: boolean): string[] => [
  label,
  open ? t('block of {0} layers, open', count(nodes.length)) : t('block of {0} layers, closed', count(nodes.length)),
];
