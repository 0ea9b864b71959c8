/** The role of a tensor in its layer. */
export type TensorRole =
  | 'kernel'
  | 'depthwise-kernel'
  | 'pointwise-kernel'
  | 'recurrent-kernel'
  | 'table'
  | 'bias'
  | 'scale'
  | 'offset'
  | 'mean'
  | 'variance'
  | 'slopes'
  | 'constant';

/** An axis of a tensor that runs over channels which enter or leave its layer. */
export interface TensorAxis {
  readonly axis: number;
  readonly side: 'inputs' | 'outputs';
}
