import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatasetStore } from '../../src/engine/dataset/store';
import { describeData } from '../../src/engine/requests/describe-data';
import { newContent } from '../../src/extension/data/data-file';
import { ReviewedSource } from '../../src/extension/data/reviewed-source';
import { dataRequests, type DataReview } from '../../src/protocol/data-page';
import { engineRequests, type EngineRequests } from '../../src/protocol/engine';
import type { ModelEnds } from '../../src/protocol/model';
import { UserError } from '../../src/protocol/errors';
import type { Client } from '../../src/rpc/peer';
import type { EngineAnswer } from '../webview/fake/fake-data';

/** The answers of an engine about the data in a place, for the fake host of a page. */
export function answersAbout(
  reference: string,
  model?: string,
  ends?: ModelEnds,
): (method: string, params: unknown) => Promise<EngineAnswer> {
  const store = new DatasetStore({ sampleFolder: '/', cacheFolder: path.dirname(reference) }, () => undefined);
  const options = { download: false };
  const engine = (async (method: string, params: unknown) => {
    const { data } = engineRequests.describeData.params.parse(params);
    if (method === 'dataColumns') return store.columns(data, '/', options);
    return describeData(await store.open(data, '/', options));
  }) as Client<EngineRequests>;
  const source = new ReviewedSource(reference, engine);
  const signal = new AbortController().signal;

  const answer = async (method: string, params: unknown): Promise<unknown> => {
    switch (method) {
      case 'review': {
        const asked = dataRequests.review.params.parse(params);
        const seen = await source.see(asked.options, asked.again, signal);
        const { file } = source;
        const saveAs = path.basename(file ?? `${path.parse(reference).name}.data.json`);
        return {
          ...{ ...seen, reference: source.reference, file: file === undefined ? null : saveAs, saveAs },
          ...(model === undefined ? {} : { model }),
          ...(ends ? { ends } : {}),
        } satisfies DataReview;
      }
      case 'shown': {
        const { split, options: said } = dataRequests.shown.params.parse(params);
        return (await store.open(await source.data(said, signal), '/', options)).some(split, 12);
      }
      case 'save': {
        const said = dataRequests.save.params.parse(params).options ?? {};
        const seen = await source.see(said, false, signal);
        const folder = path.dirname(reference);
        const file = path.join(folder, `${path.parse(reference).name}.data.json`);
        await writeFile(file, JSON.stringify(newContent(seen.source, said, seen.recognized, folder)));
        await source.follow(file);
        return true;
      }
      default:
        throw new UserError(`Nothing answers ${method} here.`);
    }
  };
  return async (method, params) => {
    try {
      return { result: await answer(method, params) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { sentence: error.message };
    }
  };
}
