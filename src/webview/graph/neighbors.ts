import type { Drawing, DrawnBox } from './drawing';

const middle = (box: DrawnBox): [number, number] => [box.x + box.width / 2, box.y + (box.open ? 0 : box.height / 2)];

/** The nearest box in the direction of an arrow key; the box itself if there is none. */
export function neighbor({ boxes }: Drawing, from: DrawnBox, key: string): DrawnBox {
  const [x, y] = middle(from);
  let [best, least] = [from, Infinity];
  for (const box of boxes) {
    if (box === from) continue;
    const [right, down] = [middle(box)[0] - x, middle(box)[1] - y];
    const along = { ArrowDown: down, ArrowUp: -down, ArrowRight: right, ArrowLeft: -right }[key];
    if (along === undefined || along < 1) continue;
    const aside = Math.abs(key === 'ArrowDown' || key === 'ArrowUp' ? right : down);
    // A box straight ahead comes before a nearer one that stands aside.
    const away = along + 3 * aside;
    if (away < least) [best, least] = [box, away];
  }
  return best;
}
