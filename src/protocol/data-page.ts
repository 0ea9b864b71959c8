import * as z from 'zod';
import { DataDescription } from './data-description';
import { DataExamples } from './data-examples';
import { DataReference, Split } from './dataset';
import { NormalizationAnswer } from './engine';
import { JsonObject } from './json';
import { Progress } from './measure';
import { ModelEnds } from './model';
import { request, type RequestTable } from './table';

/** The data of a page and the absolute path of the model that needs it. The page keeps them over a reload. */
export const ReviewedData = z.object({ reference: DataReference, model: z.string().optional() });
export type ReviewedData = z.infer<typeof ReviewedData>;

/** The content of the page about data, before the data is used. */
export const DataReview = z.object({
  /** The data as it is read with the options; null: it cannot be read with them. */
  description: DataDescription.nullable(),
  /** The sentence why it cannot be read, and the keys that lead to the option at fault; without keys, none is. */
  problem: z.object({ sentence: z.string(), at: z.array(z.string()) }).nullable(),
  /** The options that the NAME.data.json gives, or that came with the data. */
  written: JsonObject,
  /** What is recognized without any options; null: nothing. */
  recognized: DataDescription.nullable(),
  /** The names of the columns of a table. */
  columns: z.array(z.string()),
  /** The inputs and outputs of the model that needs the data; absent where the model is not known or cannot be built. */
  ends: ModelEnds.optional(),
  /** The data, as a later page takes it. */
  reference: DataReference,
  /** The name of the NAME.data.json that describes it; null: there is none. */
  file: z.string().nullable(),
  /** The name of the NAME.data.json that is written by a save. */
  saveAs: z.string(),
  /** The model that needs data, by the name that the person knows. */
  model: z.string().optional(),
});
export type DataReview = z.infer<typeof DataReview>;

const nothing = z.object({});

/** The options of the form, as a NAME.data.json holds them; undefined: those that are written. */
const options = JsonObject.optional();

/** The requests of the page about data to the extension host. */
export const dataRequests = {
  /** Reads the data with options and tells what is seen. `again`: recognizes it anew, too. */
  review: request({
    params: z.object({ options, again: z.boolean().default(false) }),
    result: DataReview,
    trust: 'runs',
  }),
  shown: request({ params: z.object({ split: Split, options }), result: DataExamples, trust: 'runs' }),
  /** Finds the normalization for the model that needs the data, by trial if nothing else tells it. */
  findNormalization: request({
    params: z.object({ options: JsonObject }),
    result: NormalizationAnswer,
    progress: Progress,
    trust: 'runs',
  }),
  /** Makes it the dataset of the workspace and closes the page. Fails if it is not as it was shown. */
  use: request({ params: z.object({ options }), result: z.null(), trust: 'runs' }),
  /** Closes the page and asks for other data. */
  another: request({ params: nothing, result: z.null(), trust: 'runs' }),
  /** Writes the options into the NAME.data.json, which from then on describes the data. False: the person kept the file. */
  save: request({ params: z.object({ options }), result: z.boolean(), trust: 'runs' }),
  /** Opens the NAME.data.json. */
  edit: request({ params: nothing, result: z.null(), trust: 'reads' }),
  showLog: request({ params: nothing, result: z.null(), trust: 'reads' }),
} satisfies RequestTable;
export type DataRequests = typeof dataRequests;
