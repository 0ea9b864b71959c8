import { bytes } from '../../protocol/format';
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
        {`${file} has ${bytes(packed.bytes)}, 1/${(unpacked.bytes / packed.bytes).toFixed(1)} of the files and 1/${(unpacked.gzipBytes / packed.bytes).toFixed(1)} of them with gzip. A page loads it with stock TensorFlow.js:`}
      </p>
      <pre class="small" data-testid="packed-code">
        {code}
      </pre>
      <div class="row">
        <Button
          icon="clippy"
          label={`Copy the code that loads ${file}`}
          onPress={() => void attempt(() => navigator.clipboard.writeText(code))}
          testId="copy-loader"
        >
          Copy Code
        </Button>
      </div>
      {advice.map((sentence) => (
        <p key={sentence} class="small quiet">
          {sentence}
        </p>
      ))}
    </div>
  );
}
