import type { DocsPage } from '../../protocol/docs';
import { attempt } from './actions';
import { ask } from './host';

/** Opens a page of the documentation beside the page. */
export const openPage = (page: DocsPage): void => void attempt(() => ask('openDocs', { page }));
