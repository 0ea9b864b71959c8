import path from 'node:path';
import type * as vscode from 'vscode';
import type { Log } from '../log';
import { settings } from '../settings';
import { requireTrust } from '../trust';
import { EngineProcess } from '../../child/engine-process';

/** Makes engines with the settings of that moment. */
export function engineFactory(context: vscode.ExtensionContext, log: Log): () => EngineProcess {
  return () => {
    const dataFolder = settings.dataFolder();
    const tensorflowPath = settings.tensorflowPath();
    const layers = settings.layers();
    return new EngineProcess(
      {
        module: context.asAbsolutePath(path.join('dist', 'engine.js')),
        nodePath: settings.nodePath(),
        codeFolder: path.join(context.globalStorageUri.fsPath, 'code'),
        log,
      },
      {
        ...(dataFolder === undefined ? {} : { dataFolder }),
        ...(tensorflowPath === undefined ? {} : { tensorflowPath }),
        ...(layers === undefined ? {} : { layers }),
        sampleFolder: context.asAbsolutePath(path.join('media', 'samples', 'fashion-mnist-sample')),
        cacheFolder: path.join(context.globalStorageUri.fsPath, 'datasets'),
        figuresFolder: path.join(context.globalStorageUri.fsPath, 'figures'),
        threads: settings.threads(),
        backend: settings.backend(),
      },
      requireTrust,
    );
  };
}
