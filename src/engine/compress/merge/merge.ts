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
const KINDS: readonly ((links: Links, open: (node: GraphNode) => boolean) => Moves)[] = [
  idleMoves,
  normalizationMoves,
  linearMoves,
];

/** Merges layers of a model until no more can be. The model itself does not change. @throws UserError where none can be */
export function mergeLayers(model: ModelContent, { protect, inputShape }: MergeStep): Reshaped {
  const work = new Work(model, protect);
  let found: Moves | undefined;
  do {
    found = KINDS.map((kind) => kind(new Links(layeredGraph(work.model)), (node) => work.isOpen(node))).find(
      ({ moves }) => moves.length > 0,
    );
    if (found) work.make(found.moves);
  } while (found);
  if (work.changes.size === 0)
    throw new UserError(`Nothing in the model can be merged${work.example()}: leave the step out.`);
  return describeReshaped(model, work.model, work.all(), inputShape);
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

  constructor(
    public model: ModelContent,
    protect: readonly string[] | undefined,
  ) {
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
    const links = new Links(layeredGraph(this.model));
    const reasons = new Map(KINDS.flatMap((kind) => [...kind(links, (node) => this.isOpen(node)).reasons]));
    return new Map(
      layeredGraph(this.#before).layers.map((layer) => {
        const key = pathKey(layer);
        const pattern = this.#protected.get(key);
        const known = this.changes.get(key);
        if (known?.state === 'merged') return [key, { ...known, into: this.#computing(key).join(', ') }];
        if (known) return [key, known];
        if (pattern !== undefined) return [key, { state: 'protected', reason: `it is protected by "${pattern}"` }];
        return [key, { state: 'skipped', reason: this.#refused.get(key) ?? reasons.get(key) ?? NOT_LINEAR }];
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
      const { reason = NOT_LINEAR } = all.get(pathKey(node)) ?? {};
      return reason === NOT_LINEAR ? [] : [{ reason, node }];
    });
    const told = reasons.find(({ node }) => node.op.kind === 'batch-normalization') ?? reasons[0];
    return told ? ` ("${told.node.name}" stays: ${told.reason})` : '';
  }
}

const NOT_LINEAR = 'it is not linear';

/** `The layer "a" cannot be replaced, because x: leave it as it is.` -> `x` */
const withoutRemedy = (sentence: string): string =>
  (/because (.*): leave/.exec(sentence)?.[1] ?? sentence).replace(/\.$/, '');
