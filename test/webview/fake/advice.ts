import { Advice, type AdviceOptions } from '../../../src/protocol/advice';
import type { Inspection } from '../../../src/protocol/model';
import told from '../../fixtures/advice/fashion-cnn.json';
import untold from '../../fixtures/advice/fashion-cnn-without-data.json';

/**
 * Returns what the engine answered about `media/samples/fashion-cnn`, for the model of the fake host: the fixtures were printed by
 * `secateur advise MODEL [--data fashion-mnist] --json`. A goal of 1 byte is never met.
 */
export function fakeAdvice({ weightsHash }: Inspection, options: AdviceOptions, hasData: boolean): Advice {
  const { goal } = options;
  const missed = goal && 'bytes' in goal && goal.bytes === 1;
  return Advice.parse({
    ...(hasData ? told : untold),
    ...{ weightsHash, options },
    ...(missed
      ? { shortfall: 'The goal of at most 1 B packed cannot be met: the best recipe found has 15.0 kB packed.' }
      : {}),
  });
}
