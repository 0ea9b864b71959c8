import type { DataExamples } from '../../../src/protocol/data-examples';
import type { DataReview } from '../../../src/protocol/data-page';

/** What a fake host answers about data; a test puts the answers of the engine here before the page opens. */
export interface FakeData {
  review: DataReview;
  examples: DataExamples;
  /** `review` is refused with this sentence. */
  refusal?: string;
}
