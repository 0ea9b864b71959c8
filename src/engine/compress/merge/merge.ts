import { UserError } from '../../../protocol/errors';
import type { MergeStep } from '../../../protocol/steps/merge';
import type { ModelContent } from '../../checkpoint/types';
import { applyEdits } from '../../model/edit/apply';
import type { GraphNode } from '../../model/model-graph';
import { protectedLayers } from '../layer-names';
import { describeReshaped, type LayerChange, type Reshaped } from '../reshape/describe';
import { layeredGraph, pathKey } from '../reshape/layered';
import { Links } from '../reshape/links';
import { idleMoves } from './idle';
import { linearMoves } from './linear';
import type { Move, Moves } from './move';
import { normalizationMoves } from './normalization';

/** The kinds of moves, in their order: a dropped layer may stand between two that are merged. */
const KINDS = {
  idle: idleMoves,
  normalization: normalizationMoves,
  linear: linearMoves,
} satisfies Readonly<Record<NonNullable<MergeStep['only']>, Kind>>;

type Kind = (links: Links, open: (node: GraphNode) => boolean) => Moves;

/** A model with merged layers. */
export interface Merged extends Reshaped {
  /** The reason why nothing was merged, in one sentence, where the step goes on then. */
  readonly nothing?: string;
}

/**
 * Merges layers of a model until no more can be. The model itself does not change.
 * @throws UserError where none can be and the step refuses that
 */
export function mergeLayers(model: ModelContent, { protect, only, ifNothing, inputShape }: MergeStep): Merged {
  const work = new Work(model, protect, only);
  let found: Moves | undefined;
  do {
    found = work.find().find(({ moves }) => moves.length > 0);
    if (found) work.make(found.moves);
  } while (found);
  const merged = describeReshaped(model, work.model, work.all(), inputShape);
  if (work.changes.size > 0) return merged;
  const nothing = `Nothing in the model can be merged${work.example()}`;
  if (ifNothing !== 'go-on') throw new UserError(`${nothing}: leave the step out.`);
  return { ...merged, nothing: `${nothing}, so it stays as it is.` };
}

/** Gives a model back as it was, because its merged form cannot be used. @param nothing the reason, in one sentence */
export function notMerged(model: ModelContent, { inputShape }: MergeStep, nothing: string): Merged {
  return { ...describeReshaped(model, model, new Map(), inputShape), nothing };
}

class Work {
  readonly changes = new Map<string, LayerChange>();
  /** Layers that compute a merged one, by `pathKey`; they may be merged in turn. */
  readonly #into = new Map<string, readonly GraphNode[]>();
  /** Reasons why edits were refused, by `pathKey`. */
  readonly #refused = new Map<string, string>();
  /** Protected layers with the pattern that names them, by `pathKey`. */
  readonly #protected: ReadonlyMap<string, string>;
  readonly #before: ModelContent;
  readonly #kinds: readonly Kind[];
  /** The reason why a layer stays that no kind of moves looks at. */
  readonly #other: string;

  constructor(
    public model: ModelContent,
    protect: readonly string[] | undefined,
    only: MergeStep['only'],
  ) {
    this.#kinds = only === undefined ? Object.values(KINDS) : [KINDS[only]];
    this.#other = only === undefined ? 'it is not linear' : `only ${KIND_WORDS[only]} are merged`;
    this.#before = model;
    const { nodes, layers } = layeredGraph(model);
    const patterns = protectedLayers(layers, protect);
    this.#protected = new Map(
      nodes.flatMap((node) => (patterns.has(node.name) ? [[pathKey(node), patterns.get(node.name)!]] : [])),
    );
  }

  isOpen(node: GraphNode): boolean {
    return !this.#protected.has(pathKey(node)) && !this.#refused.has(pathKey(node));
  }

  /** Finds the moves of each kind. */
  find(): Moves[] {
    const links = new Links(layeredGraph(this.model));
    return this.#kinds.map((kind) => kind(links, (node) => this.isOpen(node)));
  }

  /** Makes moves at once; where they are refused, one by one, so that only those stay out that are at fault. */
  make(moves: readonly Move[]): void {
    try {
      this.#apply(moves);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const [only, ...more] = moves;
      if (more.length === 0 && only) this.#refused.set(pathKey(only.gone), withoutRemedy(error.message));
      // Their nodes are of the model as it was: only the first is made, the rest are found again.
      else this.make(moves.slice(0, Math.ceil(moves.length / 2)));
    }
  }

  #apply(moves: readonly Move[]): void {
    const tensors = new Map(this.model.tensors);
    for (const tensor of moves.flatMap((move) => move.tensors)) tensors.set(tensor.name, tensor);
    this.model = applyEdits({ ...this.model, tensors }, moves.flatMap(({ edits }) => edits)); // prettier-ignore
    for (const { gone, state, into } of moves) {
      this.#into.set(pathKey(gone), into);
      this.changes.set(pathKey(gone), { state });
      for (const one of into) {
        const { reason } = this.changes.get(pathKey(one)) ?? {};
        const held = reason === undefined ? gone.name : `${reason.replace('it computes ', '')}, ${gone.name}`;
        this.changes.set(pathKey(one), { state: 'absorbs', reason: `it computes ${held}` });
      }
    }
  }

  /** Returns the changes with the reasons why all other layers are as before. */
  all(): Map<string, LayerChange> {
    const reasons = new Map(this.find().flatMap((moves) => [...moves.reasons]));
    return new Map(
      layeredGraph(this.#before).layers.map((layer) => {
        const key = pathKey(layer);
        const pattern = this.#protected.get(key);
        const known = this.changes.get(key);
        if (known?.state === 'merged') return [key, { ...known, into: this.#computing(key).join(', ') }];
        if (known) return [key, known];
        if (pattern !== undefined) return [key, { state: 'protected', reason: `it is protected by "${pattern}"` }];
        return [key, { state: 'skipped', reason: this.#refused.get(key) ?? reasons.get(key) ?? this.#other }];
      }),
    );
  }

  /** Names the layers that compute a merged one in the end. */
  #computing(key: string): string[] {
    const names = this.#into.get(key)?.flatMap((one) => {
      const further = this.changes.get(pathKey(one))?.state === 'merged';
      return further ? this.#computing(pathKey(one)) : [one.name];
    });
    return [...new Set(names)];
  }

  /** Names a layer that could have been merged, a normalization if there is one, with the reason why it is not. */
  example(): string {
    const all = this.all();
    const { nodes } = layeredGraph(this.model);
    const reasons = nodes.flatMap((node) => {
      const { reason = this.#other } = all.get(pathKey(node)) ?? {};
      return reason === this.#other ? [] : [{ reason, node }];
    });
    const told = reasons.find(({ node }) => node.op.kind === 'batch-normalization') ?? reasons[0];
    return told ? ` ("${told.node.name}" stays: ${told.reason})` : '';
  }
}

const KIND_WORDS = {
  idle: 'layers that do nothing at inference',
  normalization: 'batch normalizations',
  linear: 'linear layers',
} satisfies Record<keyof typeof KINDS, string>;

/** `The layer "a" cannot be replaced, because x: leave it as it is.` -> `x` */
const withoutRemedy = (sentence: string): string =>
  (/because (.*): leave/.exec(sentence)?.[1] ?? sentence).replace(/\.$/, '');
