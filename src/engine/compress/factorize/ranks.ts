import type { FactorAmount } from '../../../protocol/steps/factorize';
import type { Option, Scheme, Spectrum } from './scheme';
import { vbmfRank } from './vbmf';

/** Ranks of one axis that are tried where a scheme has several. */
const TRIED = 20;
/** Ranks that are tried where a scheme has one. */
const MOST_TRIED = 400;

/** The multiple that ranks are chosen from; `fast` is a whole block of a processor where the layer is wide enough. */
export type Multiple = number | 'fast';

const sizeOf = (multiple: Multiple, full: number): number =>
  multiple === 'fast' ? ([16, 8, 4].find((size) => full >= 2 * size) ?? 1) : multiple;

/** Lists the options of a scheme, from the smallest rank to the full ranks. */
export function allOptions(scheme: Scheme, multiple: Multiple): Option[] {
  const count = scheme.spectra.length > 1 ? TRIED : MOST_TRIED;
  const tried = scheme.spectra.map(({ squares: { length } }) => ranksUpTo(length, count, sizeOf(multiple, length)));
  const combined = tried.reduce<number[][]>(
    (lists, ranks) => lists.flatMap((list) => ranks.map((rank) => [...list, rank])),
    [[]],
  );
  return combined.map((ranks) => scheme.option(ranks));
}

/** Spreads so many multiples from the smallest to the full rank, small ones more densely. */
function ranksUpTo(full: number, count: number, multiple: number): number[] {
  const steps = Math.floor(full / multiple);
  if (steps <= count) return Array.from({ length: steps }, (_, i) => (i + 1) * multiple);
  const spread = Array.from({ length: count }, (_, i) => Math.max(i + 1, Math.round(steps ** (i / (count - 1)))));
  return [...new Set(spread)].map((step) => step * multiple);
}

/**
 * Finds the ranks of a scheme that an amount asks for, the next multiple where they are found; undefined where it is a share of
 * the model.
 */
export async function ranksFor(
  scheme: Scheme,
  amount: FactorAmount,
  multiple: Multiple,
): Promise<number[] | undefined> {
  if ('rank' in amount) return scheme.spectra.map(({ squares }) => Math.min(amount.rank, squares.length));
  const up = (rank: number, { squares: { length } }: Spectrum): number => {
    const size = sizeOf(multiple, length);
    return Math.min(Math.ceil(rank / size) * size, length);
  };
  if ('energy' in amount) return scheme.spectra.map((spectrum) => up(rankOfEnergy(spectrum, amount.energy), spectrum));
  if ('vbmf' in amount)
    return (await scheme.weights()).map((spectrum) =>
      up(Math.max(1, vbmfRank(spectrum.squares, spectrum.rows, spectrum.columns)), spectrum),
    );
  return undefined;
}

function rankOfEnergy({ squares, total }: Spectrum, energy: number): number {
  let kept = 0;
  for (let i = 0; i < squares.length; i++) {
    kept += squares[i]!;
    if (kept >= energy * total * (1 - 1e-12)) return i + 1;
  }
  return Math.max(1, squares.length);
}
