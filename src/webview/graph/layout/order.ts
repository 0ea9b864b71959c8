type Line = readonly [from: number, to: number];

/** Divides vertices into connected components, each ascending. */
export function components(count: number, lines: readonly Line[]): number[][] {
  const root = Array.from({ length: count }, (_, i) => i);
  const find = (i: number): number => {
    let at = i;
    while (root[at] !== at) at = root[at] = root[root[at]!]!;
    return at;
  };
  for (const [a, b] of lines) {
    const [x, y] = [find(a), find(b)];
    if (x !== y) root[Math.max(x, y)] = Math.min(x, y);
  }
  const found = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    const known = found.get(find(i));
    if (known) known.push(i);
    else found.set(find(i), [i]);
  }
  return [...found.values()];
}

/**
 * Orders vertices so that each comes after those that feed it, as late as possible: a second input stands before the
 * vertex that takes it. In a circle one line leads backwards.
 */
export function feedingOrder(vertices: readonly number[], lines: readonly Line[]): number[] {
  const feeds = new Map<number, number[]>(vertices.map((vertex) => [vertex, []]));
  const leads = new Set<number>();
  for (const [from, to] of lines) {
    feeds.get(to)?.push(from);
    leads.add(from);
  }
  const order: number[] = [];
  const seen = new Set<number>();
  const sinks = vertices.filter((vertex) => !leads.has(vertex));
  for (const start of [...sinks, ...vertices]) {
    if (seen.has(start)) continue;
    seen.add(start);
    const stack = [{ vertex: start, next: 0 }];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const own = feeds.get(top.vertex)!;
      if (top.next === own.length) {
        order.push(top.vertex);
        stack.pop();
        continue;
      }
      const feeding = own[top.next++]!;
      if (seen.has(feeding)) continue;
      seen.add(feeding);
      stack.push({ vertex: feeding, next: 0 });
    }
  }
  return order;
}

/**
 * The places in an order over which no line leads: the drawing can be divided there. The first and the last place are
 * among them; only these, if a line leads backwards.
 */
export function waists(order: readonly number[], lines: readonly Line[]): number[] {
  const place = new Map(order.map((vertex, i) => [vertex, i]));
  const reach = order.map((_, i) => i);
  for (const [from, to] of lines) {
    const [a, b] = [place.get(from)!, place.get(to)!];
    if (b <= a) return order.length > 1 ? [0, order.length - 1] : [0];
    reach[a] = Math.max(reach[a]!, b);
  }
  const found: number[] = [];
  let furthest = 0;
  order.forEach((_, i) => {
    if (furthest <= i) found.push(i);
    furthest = Math.max(furthest, reach[i]!);
  });
  return found;
}

/** Lines over more rows than this may stand beside the drawing. */
const MANY_ROWS = 6;
/** Up to so many rows in all, every line finds its way between boxes. */
const ROWS_TO_FILL = 1500;

/**
 * Chooses the lines that stand beside the drawing rather than between boxes, as indices: those over many rows, if there
 * are too many of them, and only where other lines keep both ends in their rows. Each row that a line crosses takes the
 * library a place to find, so that hundreds of long lines would take it minutes.
 * @param order see `feedingOrder`
 */
export function linesBeside(order: readonly number[], lines: readonly Line[]): Set<number> {
  const place = new Map(order.map((vertex, i) => [vertex, i]));
  const feeds = new Map<number, number[]>();
  const [into, outOf] = [new Map<number, number>(), new Map<number, number>()];
  for (const [from, to] of lines) {
    feeds.set(to, [...(feeds.get(to) ?? []), from]);
    into.set(to, (into.get(to) ?? 0) + 1);
    outOf.set(from, (outOf.get(from) ?? 0) + 1);
  }
  const rows = new Map<number, number>();
  for (const vertex of order) {
    const above = (feeds.get(vertex) ?? []).filter((from) => place.get(from)! < place.get(vertex)!);
    rows.set(
      vertex,
      above.reduce((row, from) => Math.max(row, rows.get(from)! + 1), 0),
    );
  }
  const spans = lines.map(([from, to], i) => ({ i, from, to, rows: rows.get(to)! - rows.get(from)! }));
  let filled = spans.reduce((sum, line) => sum + line.rows, 0);
  const beside = new Set<number>();
  for (const line of spans.toSorted((a, b) => b.rows - a.rows)) {
    if (filled <= ROWS_TO_FILL || line.rows <= MANY_ROWS) break;
    if (into.get(line.to)! < 2 || outOf.get(line.from)! < 2) continue;
    into.set(line.to, into.get(line.to)! - 1);
    outOf.set(line.from, outOf.get(line.from)! - 1);
    filled -= line.rows;
    beside.add(line.i);
  }
  return beside;
}
