import type { FactorAmount } from '../../../protocol/steps/factorize';
import type { Option, Scheme, Spectrum } from './scheme';
import { vbmfRank } from './vbmf';

/** Ranks of one axis that are tried where a scheme has several. */
const TRIED = 20;
/** Ranks that are tried where a scheme has one. */
const MOST_TRIED = 400;

/** Lists the options of a scheme, from rank 1 to the full ranks. */
export function allOptions(scheme: Scheme): Option[] {
  const tried = scheme.spectra.map(({ squares }) => ranksUpTo(squares.length, scheme.spectra.length > 1 ? TRIED : MOST_TRIED)); // prettier-ignore
  const combined = tried.reduce<number[][]>(
    (lists, ranks) => lists.flatMap((list) => ranks.map((rank) => [...list, rank])),
    [[]],
  );
  return combined.map((ranks) => scheme.option(ranks));
}

/** Spreads so many ranks from 1 to the full one, small ones more densely. */
function ranksUpTo(full: number, count: number): number[] {
  if (full <= count) return Array.from({ length: full }, (_, i) => i + 1);
  return [...new Set(Array.from({ length: count }, (_, i) => Math.max(i + 1, Math.round(full ** (i / (count - 1))))))];
}

/** Finds the ranks of a scheme that an amount asks for; undefined where it is a share of the model. */
export async function ranksFor(scheme: Scheme, amount: FactorAmount): Promise<number[] | undefined> {
  if ('rank' in amount) return scheme.spectra.map(({ squares }) => Math.min(amount.rank, squares.length));
  if ('energy' in amount) return scheme.spectra.map((spectrum) => rankOfEnergy(spectrum, amount.energy));
  if ('vbmf' in amount)
    return (await scheme.weights()).map(({ squares, rows, columns }) => Math.max(1, vbmfRank(squares, rows, columns)));
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
