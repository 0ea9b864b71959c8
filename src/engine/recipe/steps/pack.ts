import { UserError } from '../../../protocol/errors';
import type { StepResult } from '../../../protocol/steps';
import { PACKED_EXTENSION, type PackStep } from '../../../protocol/steps/pack';
import { keptCounts } from '../../compress/counts';
import { packWith } from '../../compress/pack/write-packed';
import { writeOwnFile } from '../folder/own-file';
import { writeState } from '../folder/state';
import { stamped, type RunContext } from '../run-context';
import { progressTo } from '../types';
import type { StepKind } from './kind';

const fileOf = ({ name }: PackStep): string => `${name}${PACKED_EXTENSION}`;

/** Writes the packed file into the run's folder. @throws UserError */
async function run(context: RunContext, step: PackStep): Promise<StepResult> {
  const { folder, state, listener } = context;
  const file = fileOf(step);
  const model = stamped(context, context.model, state.accuracies);
  const { packed, proof, sizesOf } = await packWith(model, {
    smallWeights: step.smallWeights,
    history: step.history,
    signal: listener.signal,
    onProgress: progressTo(listener),
  });
  const written = await writeOwnFile(folder, state.own, file, packed.bytes, () => writeState(folder, state));
  // It has the bytes in memory, and these have the weights: every figure is of the file.
  await proof(file);
  return { step: 'pack', packed: await sizesOf(file, written.byteLength) };
}

/** Refuses two steps that write the same file. */
function checkName(step: PackStep, where: string, steps: readonly { step: string }[]): void {
  const packs = steps.filter((one): one is PackStep => one.step === 'pack');
  if (packs.filter((one) => one.name === step.name).length > 1)
    throw new UserError(`${where} packs into "${fileOf(step)}", as another step does: give it another "name".`);
}

export const pack: StepKind<PackStep> = {
  validate: { recipe: checkName },
  plan: ({ session }) => Promise.resolve({ kind: 'same', counts: keptCounts(session.checkpoint) }),
  run,
};
