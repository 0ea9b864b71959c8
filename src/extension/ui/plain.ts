import { visible } from '../../protocol/visible';

/**
 * A text from a file as notifications, lists, prompts and the status bar show it. The editor makes links, to commands too,
 * of `[words](command:…)` and icons of `$(name)` there: a name gets neither, and nothing unseen.
 */
export const plain = (text: string): string => visible(text).replaceAll('](', '] (').replaceAll('$(', '$ (');
