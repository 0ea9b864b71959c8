/**
 * Takes the constraints of weights out of a description, in place. TensorFlow.js applies them whenever it is given a weight,
 * also when it loads one, so that a network would run with other weights than its file holds.
 */
export function dropConstraints(description: object): void {
  const open: object[] = [description];
  for (let value = open.pop(); value; value = open.pop())
    for (const [key, inner] of Object.entries(value)) {
      if (key.endsWith('_constraint')) Reflect.set(value, key, null);
      else if (typeof inner === 'object' && inner !== null) open.push(inner as object);
    }
}
