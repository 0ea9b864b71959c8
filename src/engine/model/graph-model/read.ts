import * as z from 'zod';

const Attributes = z.record(z.string(), z.unknown());
const Node = z.looseObject({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).optional(),
  attr: Attributes.optional(),
});
const Nodes = z.array(z.unknown());
const FunctionDef = z.looseObject({
  signature: z.looseObject({ name: z.string(), inputArg: z.array(z.looseObject({ name: z.string() })).optional() }),
  nodeDef: Nodes.optional(),
  ret: z.record(z.string(), z.string()).optional(),
});
const Library = z.looseObject({ function: z.array(z.unknown()).optional() });
const FunctionName = z.looseObject({ name: z.string() });
const FunctionAttribute = z.looseObject({ func: FunctionName });
const FunctionsAttribute = z.looseObject({ list: z.looseObject({ func: z.array(FunctionName) }) });

/** One operation of a GraphModel. */
export interface Operation {
  readonly name: string;
  /** Its kind, such as `Conv2D`. */
  readonly op: string;
  /** The nodes that it reads, in order; undefined where it only waits for one. */
  readonly inputs: readonly (string | undefined)[];
  /** Functions of the library that it calls. */
  readonly calls: readonly string[];
  /** True if it transposes its second matrix. */
  readonly transposed: boolean;
}

/** Operations that read each other's results: the graph itself, or the body of a function. */
export interface Scope {
  /** Name of the function; undefined for the graph itself. */
  readonly name: string | undefined;
  /** Names of the function's arguments. */
  readonly parameters: readonly string[];
  readonly operations: readonly Operation[];
  /** Nodes whose results a function returns. */
  readonly returns: readonly string[];
}

/** The operations of a GraphModel, and of the functions that it calls, by name. */
export interface OperationGraph {
  readonly main: Scope;
  readonly functions: ReadonlyMap<string, Scope>;
}

/**
 * Reads the operations of a GraphModel (a GraphDef of TensorFlow as JSON). Nodes that are no operations are left out.
 * @param modelTopology from model.json
 * @param outputs names of the nodes that its signature names as outputs
 * @returns null where it is something else
 */
export function readOperations(
  modelTopology: Readonly<Record<string, unknown>>,
  outputs: readonly string[] = [],
): OperationGraph | null {
  const nodes = Nodes.safeParse(modelTopology['node']);
  if (!nodes.success) return null;
  const main: Scope = { name: undefined, parameters: [], operations: operationsOf(nodes.data), returns: outputs };
  const library = Library.safeParse(modelTopology['library']).data?.function ?? [];
  const functions = new Map<string, Scope>();
  for (const one of library) {
    const { signature, nodeDef = [], ret = {} } = FunctionDef.safeParse(one).data ?? {};
    if (!signature) continue;
    functions.set(signature.name, {
      name: signature.name,
      parameters: (signature.inputArg ?? []).map(({ name }) => name),
      operations: operationsOf(nodeDef),
      returns: Object.values(ret).map(producer),
    });
  }
  return { main, functions };
}

function operationsOf(nodes: readonly unknown[]): Operation[] {
  return nodes.flatMap((node): Operation[] => {
    const { name, op, input = [], attr = {} } = Node.safeParse(node).data ?? {};
    if (name === undefined || op === undefined) return [];
    const transpose = z.looseObject({ b: z.boolean() }).safeParse(attr['transpose_b'] ?? attr['adj_y']).data?.b;
    return [
      {
        name,
        op,
        inputs: input.map((one) => (one.startsWith('^') ? undefined : producer(one))),
        calls: Object.values(attr).flatMap(functionsIn),
        transposed: transpose ?? false,
      },
    ];
  });
}

/** Returns the node name in `node`, `node:1`, or within functions `node:output:0`. */
const producer = (input: string): string => input.split(':')[0] ?? '';

function functionsIn(value: unknown): string[] {
  const one = FunctionAttribute.safeParse(value).data;
  if (one) return [one.func.name];
  return (FunctionsAttribute.safeParse(value).data?.list.func ?? []).map(({ name }) => name);
}

const Signature = z.looseObject({ outputs: z.record(z.string(), z.looseObject({ name: z.string() })) });

/** Lists the nodes that a signature names as outputs. @param signature from model.json */
export function signatureOutputs(signature: unknown): string[] {
  return Object.values(Signature.safeParse(signature).data?.outputs ?? {}).map(({ name }) => producer(name));
}
