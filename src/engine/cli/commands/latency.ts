import { backendWords } from '../../../protocol/model';
import type { Latency, LatencyFigures } from '../../../protocol/measure/latency';
import { visible } from '../../../protocol/visible';
import { count, percent } from '../../../protocol/format';
import { resolveModelPath } from '../../checkpoint/paths';
import type { CommonOptions, LocalEngine } from '../engine';
import { sizesTaken } from './inspect';
import { table } from '../table';
import type { Terminal } from '../terminal';
import { milliseconds } from '../../../protocol/format';

export interface LatencyCommand extends CommonOptions {
  batches?: number[];
  runs?: number;
  warmUp?: number;
  inputShape?: number[];
}

/** `secateur latency` */
export async function latency(
  given: string,
  other: string | undefined,
  { batches, runs, warmUp, inputShape, json }: LatencyCommand,
  engine: LocalEngine,
  terminal: Terminal,
): Promise<void> {
  const result = await engine.ask(
    'latency',
    {
      model: await resolveModelPath(given),
      ...(other === undefined ? {} : { other: await resolveModelPath(other) }),
      inputShape,
      options: {
        ...(batches === undefined ? {} : { batches }),
        ...(runs === undefined ? {} : { runs }),
        ...(warmUp === undefined ? {} : { warmUp }),
      },
    },
    (progress) => {
      terminal.progress(progress);
    },
  );
  await terminal.result(json ? JSON.stringify(result) : latencyText(result));
}

function latencyText({ model, other, batches, backend, note }: Latency): string {
  const right = true;
  const row = (batch: number, name: string, figures: LatencyFigures, ratio: string): string[] => [
    ...[
      count(batch),
      name,
      milliseconds(figures.median),
      `${milliseconds(figures.lowerQuartile)} - ${milliseconds(figures.upperQuartile)}`,
    ],
    ...[milliseconds(figures.min), count(figures.runs), ratio],
  ];
  const rows = batches.flatMap(({ batch, model: first, other: second, ratio }) => [
    row(batch, other ? `a: ${model.name}` : model.name, first, ''),
    ...(other && second ? [row(batch, `b: ${other.name}`, second, ratio === null ? '' : ratio.toFixed(3))] : []),
  ]);
  const models = [model, ...(other ? [other] : [])].map(
    ({ name, path, params, sparsity, macs, macsFor }, i) =>
      `${other ? `${'ab'[i]}: ` : ''}${visible(name)}, ${count(params)} parameters, ${percent(sparsity, 1)} of the kernel weights 0, ${macs === null ? 'unknown' : count(macs)} MACs${sizesTaken(macsFor)} (${visible(path)})`,
  );
  return [
    ...models,
    '',
    table(
      [
        ...[{ heading: 'batch', right }, { heading: 'model' }, { heading: 'median ms', right }],
        ...[
          { heading: 'quartiles ms', right },
          { heading: 'min ms', right },
        ],
        ...[
          { heading: 'runs', right },
          { heading: 'ratio', right },
        ],
      ],
      rows,
    ),
    '',
    `${note} (${backendWords(backend)})`,
  ].join('\n');
}
