import { createHash } from 'node:crypto';
import { UserError } from '../../../protocol/errors';
import type { StepResult } from '../../../protocol/steps';
import { PACKED_EXTENSION, type PackStep } from '../../../protocol/steps/pack';
import { unpack } from '../../checkpoint/packed/unpack';
import { keptCounts } from '../../compress/counts';
import { packWith } from '../../compress/pack/write-packed';
import { writeState } from '../folder/state';
import { stamped, type RunContext } from '../run-context';
import type { StepKind } from './kind';

const fileOf = ({ name }: PackStep): string => `${name}${PACKED_EXTENSION}`;

/** Writes the packed file into the run's folder; the state names it before it is there. @throws UserError */
async function run(context: RunContext, step: PackStep): Promise<StepResult> {
  const { folder, state, listener } = context;
  const file = fileOf(step);
  const model = stamped(context, context.model, state.accuracies);
  const { packed, weightsHash, sizesOf } = packWith(model, {
    smallWeights: step.smallWeights,
    signal: listener.signal,
  });
  if (!Object.hasOwn(state.own.packed, file) && (await folder.has(file)))
    throw new UserError(
      `The folder ${folder.given} holds a file "${file}" that this run did not write: choose another name or folder.`,
    );
  state.own.packed[file] = createHash('sha256').update(packed.bytes).digest('hex');
  await writeState(folder, state);
  await folder.write(file, packed.bytes);
  const written = await folder.read(file, packed.bytes.byteLength);
  // Decoded again: every figure is of the file.
  if (!written?.equals(packed.bytes) || unpack(written, file, () => undefined).weightsHash !== weightsHash)
    throw new UserError(`The file "${file}" reads back as another: check the disk, and choose another folder.`);
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
