/** Source of what both functions below need: a colour's parts, what lies behind an element, and the WCAG ratio of two colours. */
const TOOLS = `
  const parse = (colour) => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const over = (top, under) => top.slice(0, 3).map((part, i) => (part * top[3] + under[i] * (255 - top[3])) / 255);
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(getComputedStyle(at).backgroundColor);
    return layers.reverse().reduce((under, colour) => over(parse(colour), under), [255, 255, 255]);
  };
  const ratio = (front, back) => {
    const [dark, bright] = [light(front), light(back)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };`;

/**
 * Source of a function that a browser runs: for each element with text of its own that can be seen and is neither
 * switched off nor decoration, the WCAG contrast ratio of its colour to the nearest background that is not transparent.
 */
export const READ_CONTRASTS = `() => {${TOOLS}
  const found = [];
  for (const element of document.body.querySelectorAll('*')) {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join('');
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const off = element.closest('[disabled], [aria-disabled="true"], [aria-hidden="true"], svg, .unseen');
    if (!text || off || box.width < 2 || box.height < 2 || style.visibility === 'hidden' || style.opacity < 1) continue;
    const back = behind(element);
    found.push({ text: text.slice(0, 40), ratio: ratio(over(parse(style.color), back), back) });
  }
  return found;
}`;

/** Source of a function that a browser runs: the contrast of the shapes that mean something, by their class. */
export const READ_SHAPES = `() => {${TOOLS}
  return ['bars-keep', 'bars-pruned', 'gauge-pruned'].map((name) => {
    const shape = document.querySelector('.' + name);
    if (!shape) return { text: name, ratio: 0 };
    const back = behind(shape);
    return { text: name, ratio: ratio(over(parse(getComputedStyle(shape).fill), back), back) };
  });
}`;
