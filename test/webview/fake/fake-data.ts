import type { DataExamples } from '../../../src/protocol/data-examples';
import type { DataReview } from '../../../src/protocol/data-page';

/** What a fake host answers about data where no engine does. */
export interface FakeData {
  review: DataReview;
  examples: DataExamples;
  /** `review` is refused with this sentence. */
  refusal?: string;
}

/** The answer of an engine behind a fake host, as it crosses to the browser. */
export type EngineAnswer = { result: unknown } | { sentence: string };
