import { visible } from '../../protocol/visible';

/**
 * A text from a file for notifications, lists, prompts and the status bar. There the editor turns `[words](command:…)` into
 * links, also to commands, and `$(name)` into icons; this text gets neither, and no invisible characters.
 */
export const plain = (text: string): string => visible(text).replaceAll('](', '] (').replaceAll('$(', '$ (');
