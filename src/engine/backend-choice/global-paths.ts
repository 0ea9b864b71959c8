import Module from 'node:module';
import path from 'node:path';

/** Folders that Node searches last: those of `NODE_PATH`, and a few in the user's home. */
function globalPaths(): readonly string[] {
  const paths: unknown = Reflect.get(Module, 'globalPaths');
  return Array.isArray(paths) ? paths.map(String) : [];
}

/** Returns the folders in which Node searches a package, without the global ones: nobody chose their content. */
export function localPaths(require: NodeJS.Require, id: string): readonly string[] {
  const everywhere = new Set(globalPaths());
  return (require.resolve.paths(id) ?? []).filter((folder) => !everywhere.has(folder));
}

/** @throws Error where Node would load a file from a global folder */
export function checkIsLocal(file: string): void {
  const isGlobal = globalPaths().some((base) => !path.relative(base, file).startsWith('..'));
  if (isGlobal) throw new Error(`${file} is not loaded, because NODE_PATH or a folder for all programs leads there`);
}
