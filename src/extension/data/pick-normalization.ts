import * as vscode from 'vscode';
import { t, translated } from '../../protocol/l10n';
import type { DataReference } from '../../protocol/dataset';
import type { NormalizationAnswer } from '../../protocol/engine';
import { CancelledError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import {
  CONVENTIONS,
  IMAGENET,
  NORMALIZATION_FORMS,
  normalizationName,
  parseNormalization,
  sameNormalization,
  triedText,
  type Normalization,
  type TriedNormalization,
} from '../../protocol/normalization';
import { percent } from '../../protocol/format';
import type { CallOptions } from '../../rpc/peer';
import type { NormalizedModel, Normalizations } from './normalizations';

/** A normalization, and its result in a trial. */
type Known = Normalization & Pick<Partial<TriedNormalization>, 'accuracy' | 'metric'>;
type Item = vscode.QuickPickItem & { choice: Normalization | 'find' | 'type' };

/**
 * The data with a known normalization. If nothing decides it, the person is asked and the answer is remembered.
 * @throws UserError; CancelledError if the person does not answer
 */
export async function settledData(
  normalizations: Normalizations,
  model: NormalizedModel,
  data: DataReference,
  options: CallOptions<Progress> = {},
): Promise<DataReference> {
  const answer = await normalizations.ask(model, data, { ...options, download: true });
  if (answer.kind === 'undecided' && !(await chooseNormalization(normalizations, model, data)))
    throw new CancelledError();
  return normalizations.applied(model, data);
}

/** Asks the person for the normalization of a model and remembers the answer; false if the person cancels. */
export async function chooseNormalization(
  normalizations: Normalizations,
  model: NormalizedModel,
  data: DataReference,
): Promise<boolean> {
  const answer = normalizations.known(model, data);
  const item = await vscode.window.showQuickPick(itemsOf(answer), {
    title: t('Choose the normalization of pixels'),
    placeHolder:
      answer?.kind === 'undecided'
        ? t('No normalization is clearly the best: choose the one that the model was trained with')
        : t('The normalization that the model was trained with'),
    matchOnDescription: true,
  });
  if (!item) return false;
  const choice = item.choice === 'type' ? await typed() : item.choice;
  if (choice === undefined) return false;
  await normalizations.say(model, data, choice === 'find' ? undefined : choice);
  if (choice === 'find') await normalizations.ask(model, data);
  return true;
}

function itemsOf(answer: NormalizationAnswer | undefined): Item[] {
  const used = answer?.kind === 'found' ? answer.normalization : undefined;
  const trial = answer?.kind === 'undecided' ? answer.trial : used?.trial;
  const known: readonly Known[] = trial?.tried ?? CONVENTIONS;
  const named: readonly Known[] = [...known, ...IMAGENET];
  const all =
    used && !named.some((one) => sameNormalization(one, used)) ? [...named, { mean: used.mean, std: used.std }] : named;
  const items = all.map((one): Item => {
    const notes = [
      used && sameNormalization(one, used) ? t('in use') : '',
      trial && (one.metric ?? one.accuracy) !== undefined
        ? t('{0} on {1} images', one.accuracy === undefined ? triedText(one) : percent(one.accuracy), trial.samples)
        : '',
    ];
    return {
      label: normalizationName(one),
      description: notes.filter((note) => note !== '').join(' · '),
      choice: { mean: one.mean, std: one.std },
    };
  });
  return [
    ...items,
    { label: t('Mean and standard deviation…'), choice: 'type' },
    ...(answer?.kind === 'undecided'
      ? []
      : [
          {
            label: t('Find it'),
            detail: t('From the checkpoint, from its layers, or by a trial on some images'),
            choice: 'find' as const,
          },
        ]),
  ];
}

async function typed(): Promise<Normalization | undefined> {
  const text = await vscode.window.showInputBox({
    title: t('Choose the normalization of pixels'),
    prompt: t('Mean and standard deviation of pixels divided by 255, such as 0.2860/0.3530'),
    validateInput: (value) =>
      parseNormalization(value) ? undefined : t('It must be {0}.', translated(NORMALIZATION_FORMS)),
  });
  return text === undefined ? undefined : parseNormalization(text);
}
