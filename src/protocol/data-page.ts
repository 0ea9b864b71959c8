import * as z from 'zod';
import { DataDescription } from './data-description';
import { DataExamples } from './data-examples';
import { Split } from './dataset';
import { request, type RequestTable } from './table';

/** The content of the page about data, before the data is used. */
export const DataReview = z.object({
  description: DataDescription,
  /** The name of the NAME.data.json that describes it; null: there is none. */
  file: z.string().nullable(),
  /** The name of the NAME.data.json that would be saved; null: it is described by one. */
  saveAs: z.string().nullable(),
  /** The model that needs data, by the name that the person knows. */
  model: z.string().optional(),
});
export type DataReview = z.infer<typeof DataReview>;

const nothing = z.object({});

/** The requests of the page about data to the extension host. */
export const dataRequests = {
  /** Reads the data and tells what was recognized. */
  review: request({ params: nothing, result: DataReview, trust: 'runs' }),
  shown: request({ params: z.object({ split: Split }), result: DataExamples, trust: 'runs' }),
  /** Makes it the dataset of the workspace and closes the page. Fails if it is not as it was shown. */
  use: request({ params: nothing, result: z.null(), trust: 'runs' }),
  /** Closes the page and asks for other data. */
  another: request({ params: nothing, result: z.null(), trust: 'runs' }),
  /** Writes the NAME.data.json and opens it; from then on, it describes the data. */
  save: request({ params: nothing, result: z.null(), trust: 'runs' }),
  /** Opens the NAME.data.json. */
  edit: request({ params: nothing, result: z.null(), trust: 'reads' }),
  showLog: request({ params: nothing, result: z.null(), trust: 'reads' }),
} satisfies RequestTable;
export type DataRequests = typeof dataRequests;
