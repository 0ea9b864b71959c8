import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { count, plural, shape, weight } from '../../protocol/format';
import { t } from '../../protocol/l10n';
import type { WeightSheet } from '../../protocol/measure/sheet';
import type { LayerInfo } from '../../protocol/model';
import { LineChart } from '../chart/line-chart';
import { styleOf } from '../chart/marks';
import type { Series } from '../chart/series';
import { rowForKey } from '../layers/window';
import { inspection } from '../state/session';
import { loadSheet, sheet } from '../state/sheet';
import { Checkbox } from '../ui/checkbox';
import { Fold } from '../ui/fold';
import { COUNT_UNITS } from '../ui/scale';
import { Select } from '../ui/select';
import { useThemeVersion } from '../ui/theme';
import { cellAt, cellWords, pixelsOf } from './cells';
import { readScale } from './use-colors';

/** The tensors of the selected layer as pictures, asked for when they are unfolded. */
export function WeightPictures({ layer }: { layer: LayerInfo }) {
  if (layer.params === 0) return null;
  return (
    <Fold title={t('Weights as pictures')} open={false} testId="pictures">
      <Pictures layer={layer} />
    </Fold>
  );
}

function Pictures({ layer }: { layer: LayerInfo }) {
  const [pattern, setPattern] = useState(false);
  const known = sheet.value;
  const weights = inspection.value?.weightsHash;
  useEffect(() => void loadSheet(), [layer.name, weights]);
  if (!known) return <p class="small quiet">{t('Reading the weights\u2026')}</p>;
  if (!known.sheet) return <p class="small quiet">{known.problem}</p>;
  const tensors = layer.tensors.filter(({ params, dtype }) => params > 0 && dtype !== 'string');
  return (
    <div class="pictures">
      <div class="row picture-choices">
        <Select
          label={t('Tensor')}
          value={known.sheet.tensor}
          options={tensors.map((tensor) => ({ value: tensor.name, text: `${tensor.name} ${shape(tensor.shape)}` }))}
          onSelect={(tensor) => void loadSheet(tensor)}
          testId="picture-tensor"
        />
        <Checkbox checked={pattern} onToggle={setPattern} testId="picture-pattern">
          {t('Zero pattern')}
        </Checkbox>
      </div>
      <Picture sheet={known.sheet} pattern={pattern} />
      <Norms sheet={known.sheet} />
    </div>
  );
}

/** Says what of a tensor is shown. */
function shownWords({ form, outputs, inputs, block }: WeightSheet): string {
  if (form === 'filters')
    return outputs.shown < outputs.of || inputs.shown < inputs.of
      ? t('The first {0} of {1} filters down, the first {2} of {3} inputs across.', count(outputs.shown), count(outputs.of), count(inputs.shown), count(inputs.of)) // prettier-ignore
      : t('{0} filters, {1} inputs.', count(outputs.of), count(inputs.of));
  return block.rows * block.columns > 1
    ? t('{0} inputs down, {1} outputs across; each cell shows the largest of {2} by {3} weights.', count(inputs.of), count(outputs.of), block.rows, block.columns) // prettier-ignore
    : t('{0} inputs down, {1} outputs across.', count(inputs.of), count(outputs.of));
}

function Picture({ sheet: one, pattern }: { sheet: WeightSheet; pattern: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useThemeVersion();
  const [cell, setCell] = useState<readonly [row: number, column: number] | null>(null);
  const [size, setSize] = useState({ width: 1, height: 1 });
  useLayoutEffect(() => {
    const drawn = pixelsOf(one, readScale(), pattern);
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context) return;
    canvas.current.width = drawn.width;
    canvas.current.height = drawn.height;
    context.putImageData(new ImageData(drawn.data, drawn.width, drawn.height), 0, 0);
    setSize({ width: drawn.width, height: drawn.height });
    setCell(null);
  }, [one, pattern, theme]);
  const scale = Math.max(1, Math.min(12, Math.floor(480 / Math.max(size.width, size.height))));
  const title = t('Weights of {0}', one.tensor);
  const words = cell ? cellWords(one, cell[0], cell[1]) : shownWords(one);
  return (
    <figure class="picture-frame" data-chart={title}>
      <div
        class="picture-area"
        role="group"
        tabIndex={0}
        aria-label={t('Picture of {0}: arrow keys read its cells', one.tensor)}
        data-testid="picture"
        onPointerMove={(event) => {
          const box = canvas.current?.getBoundingClientRect();
          if (!box || box.width === 0) return;
          const x = Math.floor(((event.clientX - box.left) / box.width) * size.width);
          setCell(cellAt(one, x, Math.floor(((event.clientY - box.top) / box.height) * size.height)));
        }}
        onPointerLeave={() => setCell(null)}
        onKeyDown={(event) => {
          const [row, column] = cell ?? [0, 0];
          const sideways = { ArrowRight: 'ArrowDown', ArrowLeft: 'ArrowUp' }[event.key];
          const next = sideways === undefined ? rowForKey(event.key, row, one.rows, one.tile.rows) : rowForKey(sideways, column, one.columns, 1); // prettier-ignore
          if (event.key === 'Escape') setCell(null);
          if (next === undefined) return;
          event.preventDefault();
          setCell(!cell ? [0, 0] : sideways === undefined ? [next, column] : [row, next]);
        }}
      >
        <canvas class="picture-canvas" ref={canvas} style={{ width: `${size.width * scale}px` }} aria-hidden="true" />
      </div>
      <figcaption class="row small quiet figures">
        <span role="status" data-testid="picture-words">
          {words}
        </span>
        <span class="row">
          {pattern ? t('not 0') : `\u2212${weight(one.largest)}`}
          <span class={pattern ? 'picture-scale pattern' : 'picture-scale'} aria-hidden="true" />
          {pattern ? t('0') : weight(one.largest)}
        </span>
        {!pattern && (
          <span class="row">
            <span class="picture-zero" aria-hidden="true" />
            {t('exactly 0')}
          </span>
        )}
      </figcaption>
    </figure>
  );
}

const HEIGHT = 170;
/** More points than these would hide their line. */
const MANY = 64;

/** The norms of output channels, the largest first. */
function Norms({ sheet: { norms, outputs, tensor } }: { sheet: WeightSheet }) {
  const axes = useMemo(() => {
    const points = norms.map(({ norm }, i) => ({ x: i + 1, y: norm })).filter(({ y }) => Number.isFinite(y));
    const series: Series = { name: tensor, points, style: styleOf(0), drawn: points.length > MANY ? 'line' : 'both' };
    return {
      series: [series],
      x: { values: [1, norms.length], units: COUNT_UNITS, title: t('channels, the largest norm first') },
      y: {
        values: points.map(({ y }) => y),
        fromZero: true,
        units: COUNT_UNITS,
        title: t('norm of the weights of a channel'),
      },
    };
  }, [norms, tensor]);
  if (norms.length < 2) return null;
  const dead = norms.filter(({ norm }) => norm === 0).length;
  const [largest, smallest] = [weight(norms[0]!.norm), weight(norms.at(-1)!.norm)];
  return (
    <div class="picture-norms">
      <LineChart
        title={t('Norms of the channels of {0}', tensor)}
        label={t('Norms of {0} channels, from {1} to {2}', count(norms.length), largest, smallest)}
        height={HEIGHT}
        {...axes}
        words={(_, { x, y }) => t('channel {0}: norm {1}', norms[x - 1]?.channel ?? '', weight(y))}
        testId="norms"
      />
      <p class="small quiet figures">
        {t(
          'Norms of {0} channels, the largest first: {1} to {2}',
          norms.length < outputs.of ? `${count(norms.length)} / ${count(outputs.of)}` : count(outputs.of),
          largest,
          smallest,
        )}
        {dead > 0 && ` \u00b7 ${plural(dead, t('channel without weights'), t('channels without weights'))}`}
      </p>
    </div>
  );
}
