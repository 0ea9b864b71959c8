import { bytes } from '../../protocol/format';
import { sentences, t } from '../../protocol/l10n';
import type { RunResult } from '../../protocol/run';
import type { RunSizes } from '../../protocol/weight-sizes';
import { layerLines, stepLines, type LayerLine } from './size-lines';

const WIDTH = 100;
const HEIGHT = 12;

/** The bytes of a layer before (outline), in the files (light) and ideally or packed (full). */
function Bar({ line, largest }: { line: LayerLine; largest: number }) {
  const long = (size: number): number => (largest > 0 ? (size / largest) * WIDTH : 0);
  return (
    <svg class="size-bar" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <rect class="size-files" x={0} y={1} width={long(line.files)} height={HEIGHT - 2} />
      <rect class="size-best" x={0} y={1} width={long(line.best)} height={HEIGHT - 2} />
      {line.before !== null && (
        <rect
          class="size-before"
          vector-effect="non-scaling-stroke"
          x={0}
          y={0.5}
          width={long(line.before)}
          height={HEIGHT - 1}
        />
      )}
    </svg>
  );
}

/** The bytes of each layer before and after a run, and what each step saved. */
export function Sizes({ result }: { result: RunResult }) {
  const { sizes, steps, layers = [] } = result;
  if (!sizes || sizes.layers.length === 0) return null;
  const written = steps.flatMap((step) => (step.step === 'pack' ? step.packed.layers : []));
  const packed =
    written.length > 0
      ? written
      : layers.flatMap(({ name, packedBits }) => (packedBits === undefined ? [] : [{ name, packedBits }]));
  return <SizeTables sizes={sizes} steps={steps} packed={packed} />;
}

function SizeTables({
  sizes,
  steps,
  packed,
}: {
  sizes: RunSizes;
  steps: RunResult['steps'];
  packed: readonly { name: string; packedBits: number }[];
}) {
  const layers = layerLines(sizes.layers, packed);
  const largest = layers.reduce((most, { before, files }) => Math.max(most, before ?? 0, files), 0);
  const isPacked = packed.length > 0;
  return (
    <section class="run-sizes" aria-label={t('Sizes of the weights')} data-testid="run-sizes">
      <div class="sizes-scroller" role="group" aria-label={t('Sizes of layers')} tabIndex={0}>
        <table class="compare sizes">
          <caption class="unseen">{t('Bytes of the weights of each layer')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('Layer')}</th>
              <th scope="col">{t('Before')}</th>
              <th scope="col">{t('Files')}</th>
              <th scope="col" title={t('Entropy of places and values of the weights, with the tables of their values')}>
                {t('Ideal')}
              </th>
              {isPacked && <th scope="col">{t('Packed')}</th>}
              <td />
            </tr>
          </thead>
          <tbody>
            {layers.map((line) => (
              <tr key={line.name} data-testid={`size-row-${line.name}`}>
                <th scope="row">{line.name}</th>
                <td>{line.before === null ? '\u2013' : bytes(line.before)}</td>
                <td>{bytes(line.files)}</td>
                <td class={isPacked ? undefined : 'after'}>{bytes(line.ideal)}</td>
                {isPacked && <td class="after">{bytes(line.best)}</td>}
                <td class="bar-cell">
                  <Bar line={line} largest={largest} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="sizes-scroller" role="group" aria-label={t('Sizes after steps')} tabIndex={0}>
        <table class="compare sizes" data-testid="step-sizes">
          <caption class="unseen">{t('Bytes of all weights after each step')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('Step')}</th>
              <th scope="col">{t('Files')}</th>
              <th scope="col">{t('Ideal')}</th>
              <th scope="col">{t('Saved')}</th>
            </tr>
          </thead>
          <tbody>
            {stepLines(sizes, steps).map(({ title, files, best: least, saved }, i) => (
              <tr key={i}>
                <th scope="row">{title}</th>
                <td>{bytes(files)}</td>
                <td class="after">{bytes(least)}</td>
                <td class="quiet">{saved}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="small quiet">
        {sentences(
          t(
            'Ideal: the entropy of places and values of the weights, each on its own. A packed file comes close to it or below; the files keep zeros and few values as floats.',
          ),
          isPacked ? t('Packed: what the layer takes in a packed file.') : '',
        )}
      </p>
    </section>
  );
}
