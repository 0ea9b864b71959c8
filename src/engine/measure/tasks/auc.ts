/**
 * Computes the area under the ROC curve: how often an example of the class is scored above another one; ties count half.
 * Undefined where all examples are of the class, or none is.
 */
export function areaUnderCurve(scores: readonly number[], isOfClass: readonly boolean[]): number | undefined {
  const order = scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let [ranks, inside] = [0, 0];
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && scores[order[to]!] === scores[order[from]!]) to++;
    // Equal scores share the mean of their ranks, which begin at 1.
    for (let i = from; i < to; i++)
      if (isOfClass[order[i]!]) {
        ranks += (from + 1 + to) / 2;
        inside++;
      }
    from = to;
  }
  const outside = order.length - inside;
  return inside === 0 || outside === 0 ? undefined : (ranks - (inside * (inside + 1)) / 2) / (inside * outside);
}
