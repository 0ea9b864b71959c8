import { watchFiles } from './watch-files';

// Imported first of all: modules that take functions of `fs` apart as they load get the watched ones.
watchFiles();
