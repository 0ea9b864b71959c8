import type { AdviceMethodName, LayerSaving } from '../../../protocol/advice';
import type { SensitivityOptions } from '../../../protocol/measure/sensitivity';
import type { RecipeStepInput } from '../../../protocol/steps';
import type { ModelContent } from '../../checkpoint/types';
import type { LayerCompressor } from '../../measure/sensitivity/compressor';

/** A method as an advice knows it: all of them are in `list.ts`. */
export interface AdviceMethod {
  readonly name: AdviceMethodName;
  /** Savings that are possible in single layers; absent where it makes a model as a whole. */
  readonly layers?: LayerMethod | LayerTeller;
  /** Makes the families of recipes that it begins. */
  readonly families: (about: Circumstances) => readonly Family[];
}

/** Savings by layer name. */
export type Told = ReadonlyMap<string, Omit<LayerSaving, 'method'>>;

/** Knows what becomes of each layer, and measures no metric. */
export interface LayerTeller {
  /** @throws UserError where the model has nothing for it, in a sentence */
  readonly told: (
    model: ModelContent,
    context: { readonly seed: number; readonly signal: AbortSignal },
  ) => Told | Promise<Told>;
}

/** Compresses single layers, without training and without training examples. */
export interface LayerMethod {
  /** How a scan takes its amounts: as shares of weights or channels, or as bits. */
  readonly by: SensitivityOptions['by'];
  /** From little to much compression. */
  readonly amounts: readonly number[];
  /** The amount of which savings are told where nothing can be measured. */
  readonly usual: number;
  /** `95% zeros` */
  readonly words: (amount: number) => string;
  /** @throws UserError where the model has nothing for it, in a sentence */
  readonly open: (model: ModelContent, seed: number) => LayerTrials | Promise<LayerTrials>;
}

/** A model whose layers are compressed one at a time. */
export interface LayerTrials {
  readonly compressor: LayerCompressor;
  /** Returns the model with this layer compressed, in its real shapes. @throws UserError */
  readonly smaller: (layer: string, amount: number) => ModelContent;
}

/** `first`: before all other steps; `late`: after the training of free weights. */
export type Merges = 'first' | 'late';

/** The facts that decide the recipes. */
export interface Circumstances {
  /** Training examples; 0 without data. */
  readonly examples: number;
  /** True where the model can be trained on them. */
  readonly trains: boolean;
  /** When layers are merged; undefined where none can be. */
  readonly merges: Merges | undefined;
  /** The model on which a recipe begins: merged, where that comes first. */
  readonly start: ModelContent;
  /** Widths stay multiples of this. */
  readonly multipleOf: number;
  readonly inputShape: number[] | undefined;
}

/** Recipes of one kind, from little to much compression. */
export interface Family {
  readonly name: string;
  /** Strengths that are tried, ascending. */
  readonly strengths: readonly number[];
  /** True where strengths in between make sense too. */
  readonly between: boolean;
  /** The size that the strength reduces most: it decides which goals it is searched for. */
  readonly reduces: readonly ('bytes' | 'macs' | 'latency')[];
  /** @param gone share of the multiply-accumulates that the recipe really removes */
  readonly title: (strength: number, gone: number) => string;
  readonly does: (strength: number, gone: number) => string;
  /** The last step packs. */
  readonly steps: (strength: number) => RecipeStepInput[];
}
