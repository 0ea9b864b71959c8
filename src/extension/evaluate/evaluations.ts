import { reportedSplit, type DataReference, type DatasetInfo } from '../../protocol/dataset';
import type { EngineRequests } from '../../protocol/engine';
import type { Evaluation, Progress } from '../../protocol/measure';
import type { CallOptions, Client } from '../../rpc/peer';
import type { Datasets } from '../data/datasets';
import { inDetail, type Log } from '../log';
import type { EvaluationStore } from './evaluation-store';

/** Evaluates checkpoints, and stores the results by the hash of the weights. */
export class Evaluations {
  constructor(
    private readonly engine: Client<EngineRequests>,
    private readonly datasets: Datasets,
    private readonly store: EvaluationStore,
    private readonly log: Log,
  ) {}

  /** The stored evaluation of these weights on this dataset; null if there is none. */
  async kept(weightsHash: string, data: DataReference | undefined): Promise<Evaluation | null> {
    const dataset = data === undefined ? undefined : this.datasets.known(data);
    if (data === undefined || !dataset) return null;
    return this.store.get({ weightsHash, data, dataset, split: reportedSplit(dataset) });
  }

  /**
   * Evaluates a checkpoint on the whole test split, or on the validation split if there is no test split.
   * @throws UserError from the engine, CancelledError
   */
  async measure(model: string, data: DataReference, options: CallOptions<Progress>): Promise<Evaluation> {
    const { weightsHash } = await this.engine('inspect', { model }, options);
    const evaluation = await this.engine('evaluate', { model, data }, options);
    // The evaluation may have downloaded the dataset, so it is opened afterwards.
    const dataset = await this.datasets.open(data, false, { signal: options.signal });
    await this.keep(weightsHash, data, dataset, evaluation);
    return evaluation;
  }

  /** A full disk must not lose a result. */
  private async keep(
    weightsHash: string,
    data: DataReference,
    dataset: DatasetInfo,
    result: Evaluation,
  ): Promise<void> {
    try {
      await this.store.set({ weightsHash, data, dataset, split: result.split }, result);
    } catch (error) {
      this.log.warn(`The evaluation could not be kept: ${inDetail(error)}`);
    }
  }
}
