import {
  columnsWords,
  exampleShape,
  preprocessWords,
  taskWords,
  type DataDescription,
} from '../../../protocol/data-description';
import { count } from '../../../protocol/format';
import { visible } from '../../../protocol/visible';
import { dataAsTyped, type CommonOptions, type LocalEngine } from '../engine';
import type { Terminal } from '../terminal';

/** So many classes are listed by name. */
const SHOWN = 20;
const KEY_WIDTH = 12;

/** `secateur data` */
export async function data(
  given: string,
  options: CommonOptions,
  engine: LocalEngine,
  terminal: Terminal,
): Promise<void> {
  const description = await engine.ask('describeData', { data: dataAsTyped(given) });
  await terminal.result(options.json ? JSON.stringify(description) : descriptionText(description));
}

/** Formats what was seen in data, a line for each property. */
export function descriptionText(description: DataDescription): string {
  const { source, name, format, splits, classes, evidence } = description;
  const parts = splits.map(
    (split) => `${split.name} ${count(split.examples)}${split.heldOut ? ' (held out of train)' : ''}`,
  );
  const more = classes.length > SHOWN ? ` and ${classes.length - SHOWN} more` : '';
  const rows = [
    ['source', source],
    ['format', format],
    ['task', taskWords(description)],
    ['splits', parts.join(', ')],
    ...(classes.length > 0 ? [['classes', `${classes.slice(0, SHOWN).join(', ')}${more}`]] : []),
    ['shape', exampleShape(description)],
    ['preprocess', preprocessWords(description)],
    ...columnsWords(description),
  ];
  return [
    visible(name),
    '',
    ...rows.map(([key, value]) => `${key!.padEnd(KEY_WIDTH)}${visible(value!)}`),
    '',
    ...evidence.map(visible),
  ].join('\n');
}
