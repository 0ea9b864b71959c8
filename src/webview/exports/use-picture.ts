/** The styles that a drawing takes from style sheets, which a file does not have. */
const STYLES = [
  ...['fill', 'fill-opacity', 'stroke', 'stroke-opacity', 'stroke-width', 'stroke-dasharray', 'opacity'],
  ...['font-family', 'font-size', 'font-weight', 'text-anchor', 'paint-order', 'vector-effect', 'shape-rendering'],
  ...['visibility', 'display'],
];
const LEFT_OUT = /^(class|style|data-|aria-|role|tabindex)/;
const SVG = 'http://www.w3.org/2000/svg';
const TITLE = 28;
const MARGIN = 12;

/** Texts in these are drawn already, or are no part of a figure. */
const ELSEWHERE = ['svg', 'button:not([data-drawn])', 'select', 'vscode-button', '.unseen', '.plot-tip'].join();

interface Place {
  readonly x: number;
  readonly y: number;
}

/** A drawing as it is seen, with its styles in itself. */
function standalone(svg: SVGSVGElement, { x, y }: Place): SVGSVGElement {
  const copy = svg.cloneNode(true);
  if (!(copy instanceof SVGSVGElement)) return svg;
  const [originals, copies] = [svg.querySelectorAll<SVGElement>('*'), copy.querySelectorAll<SVGElement>('*')];
  originals.forEach((original, i) => {
    const target = copies[i]!;
    const style = getComputedStyle(original);
    for (const name of target.getAttributeNames()) if (LEFT_OUT.test(name)) target.removeAttribute(name);
    // Attributes, because a page may refuse styles in a file that it shows.
    for (const name of STYLES) target.setAttribute(name, style.getPropertyValue(name));
  });
  const box = svg.getBoundingClientRect();
  for (const name of copy.getAttributeNames()) if (LEFT_OUT.test(name)) copy.removeAttribute(name);
  for (const [name, value] of Object.entries({ x, y, width: box.width, height: box.height }))
    copy.setAttribute(name, String(value));
  copy.setAttribute('overflow', getComputedStyle(svg).overflow);
  return copy;
}

/** The texts of a figure that are not in its drawings, each line where it is seen. */
function* textsIn(figure: Element): Generator<{ text: string; box: DOMRect; style: CSSStyleDeclaration }> {
  const walker = document.createTreeWalker(figure, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    const text = node.textContent?.trim() ?? '';
    if (!parent || text === '' || parent.closest(ELSEWHERE)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width > 0) yield { text, box, style: getComputedStyle(parent) };
  }
}

/** A figure as an SVG file: its drawings, its canvases as pictures, its texts, and its title. */
export function svgOf(figure: Element, title: string): string {
  const frame = figure.getBoundingClientRect();
  const page = getComputedStyle(document.body);
  const drawings = [...figure.querySelectorAll('svg')].filter((svg) => !svg.parentElement?.closest('svg'));
  const inside = [frame, ...drawings.filter((svg) => getComputedStyle(svg).overflow === 'visible').map((svg) => svg.getBBox()).map(({ x, width }) => new DOMRect(frame.x + x, frame.y, width, frame.height))]; // prettier-ignore
  // Ticks may stand outside of their drawing.
  const left = Math.min(...inside.map((box) => box.left)) - MARGIN;
  const right = Math.max(...inside.map((box) => box.right)) + MARGIN;
  const [width, height] = [right - left, frame.height + TITLE + 2 * MARGIN];
  const place = (box: DOMRect): Place => ({ x: box.left - left, y: box.top - frame.top + TITLE + MARGIN });
  const root = document.createElementNS(SVG, 'svg');
  const add = (name: string, attributes: Record<string, string | number>, text?: string): void => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    if (text !== undefined) element.textContent = text;
    root.append(element);
  };
  const words = { 'font-family': page.fontFamily, fill: page.color };
  root.setAttribute('xmlns', SVG);
  root.setAttribute('viewBox', `0 0 ${width} ${height}`);
  root.setAttribute('width', String(width));
  root.setAttribute('height', String(height));
  add('title', {}, title);
  add('rect', { width, height, fill: page.backgroundColor });
  add('text', { x: MARGIN, y: MARGIN + 10, ...words, 'font-size': 13, 'font-weight': 600 }, title);
  for (const canvas of figure.querySelectorAll('canvas')) {
    const box = canvas.getBoundingClientRect();
    if (box.width > 0)
      add('image', { ...place(box), width: box.width, height: box.height, href: canvas.toDataURL('image/png') });
  }
  for (const svg of drawings) {
    const box = svg.getBoundingClientRect();
    if (box.width > 0) root.append(standalone(svg, place(box)));
  }
  for (const { text, box, style } of textsIn(figure)) {
    const { x, y } = place(box);
    add(
      'text',
      { x, y: y + box.height * 0.78, 'font-family': style.fontFamily, 'font-size': style.fontSize, 'font-weight': style.fontWeight, fill: style.color }, // prettier-ignore
      text,
    );
  }
  return new XMLSerializer().serializeToString(root);
}

/** Pixels of a picture for each of the screen. */
const SCALE = 2;

/** Draws an SVG file as a PNG. */
export async function pngOf(svg: string): Promise<HTMLCanvasElement> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(image.width * SCALE);
  canvas.height = Math.ceil(image.height * SCALE);
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}
