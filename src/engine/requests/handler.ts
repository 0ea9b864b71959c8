import type { EngineRequests } from '../../protocol/engine';
import type { Handlers } from '../../rpc/peer';
import type { Engine } from './engine';

/** Makes the handler of one request of the engine protocol. */
export type MakeHandler<K extends keyof EngineRequests> = (engine: Engine) => Handlers<EngineRequests>[K];
