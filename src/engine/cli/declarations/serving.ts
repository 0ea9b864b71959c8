import { Command, Option } from 'commander';
import { BACKENDS, type BackendChoice } from '../../../protocol/backends';
import { whole } from '../options';

/** Options of `secateur mcp`. */
export interface ServeOptions {
  read?: string[];
  threads?: number;
  backend?: BackendChoice;
  tensorflowPath?: string;
  customLayers?: string;
  dataFolder?: string;
  verbose?: boolean;
}

/** Declares `secateur mcp`, which serves tools to agents. Its program is another one than that of the other commands. */
export const serving = (serve: (folders: string[], options: ServeOptions) => Promise<void>): Command =>
  new Command('mcp')
    .description('serve tools to agents by the Model Context Protocol, on stdin and stdout')
    .argument(
      '<folders...>',
      'folders in which models lie and runs may be written; relative paths start from the first',
    )
    .option('--read <folders...>', 'more folders that are only read, such as those of data')
    .option('--threads <number>', 'threads of the native library; by default one for each core', whole(1, 256))
    .addOption(new Option('--backend <name>', 'the native library').choices(BACKENDS))
    .option('--tensorflow-path <folder>', 'where @tensorflow/tfjs-node is installed')
    .option('--custom-layers <module>', 'a JavaScript file that registers layers of its own; it is run')
    .option('--data-folder <folder>', 'where named datasets such as fashion-mnist are looked for first')
    .option('--verbose', 'tell the causes of errors on stderr')
    .addHelpText('after', '\nExamples:\n  $ secateur mcp models runs\n  $ secateur mcp . --read /data/images')
    .action(serve);
