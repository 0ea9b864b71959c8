import { bytes, marked } from '../../protocol/format';
import { t, translated } from '../../protocol/l10n';
import { loaderSnippet } from '../../protocol/loader-snippet';
import type { PackedSizes } from '../../protocol/measure/packing';
import { attempt } from '../state/actions';
import { Button } from '../ui/button';

/** A packed file: its size, and the code that loads it in a page. */
export function Packed({ packed }: { packed: PackedSizes }) {
  const { file, unpacked, advice = [] } = packed;
  const code = loaderSnippet(file);
  return (
    <div class="packed" data-testid="packed" data-value={packed.bytes}>
      <p class="small">
        {t(
          '{0} has {1}, 1/{2} of the files and 1/{3} of them with gzip. A page loads it with stock TensorFlow.js:',
          file,
          bytes(packed.bytes),
          (unpacked.bytes / packed.bytes).toFixed(1),
          marked(!unpacked.estimated?.includes('gzipBytes'), (unpacked.gzipBytes / packed.bytes).toFixed(1)),
        )}
      </p>
      <pre class="small" data-testid="packed-code">
        {code}
      </pre>
      <div class="row">
        <Button
          icon="clippy"
          label={t('Copy the code that loads {0}', file)}
          onPress={() => void attempt(() => navigator.clipboard.writeText(code))}
          testId="copy-loader"
        >
          {t('Copy Code')}
        </Button>
      </div>
      {advice.map((sentence) => (
        <p key={sentence} class="small quiet">
          {translated(sentence)}
        </p>
      ))}
    </div>
  );
}
