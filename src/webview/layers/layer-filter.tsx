import { t } from '../../protocol/l10n';
import { filters } from './filter';
import { blocks, items } from '../state/layer-list';
import { filter, foldedBlocks, inspection } from '../state/session';
import { Checkbox } from '../ui/checkbox';
import { IconButton } from '../ui/button';

/** Which layers the table shows. */
export function LayerFilterBar() {
  const { text, prunableOnly } = filter.value;
  const all = inspection.value?.layers.length ?? 0;
  const foldable = blocks.value;
  const isFolded = foldable.length > 0 && foldable.every((name) => foldedBlocks.value.includes(name));
  return (
    <>
      <input
        type="search"
        class="input layer-search"
        aria-label={t('Filter {0} layers by name or type', all)}
        placeholder={t('Filter\u2026')}
        value={text}
        spellcheck={false}
        data-own-undo
        data-testid="layer-filter"
        onInput={(event) => (filter.value = { ...filter.value, text: event.currentTarget.value })}
      />
      {filters(filter.value) && (
        <span class="small quiet figures layer-count" role="status" data-testid="layer-count">
          {t('{0} of {1} layers', items.value.length, all)}
        </span>
      )}
      <Checkbox
        checked={prunableOnly}
        onToggle={(on) => (filter.value = { ...filter.value, prunableOnly: on })}
        testId="prunable-only"
      >
        {t('Prunable only')}
      </Checkbox>
      {foldable.length > 0 && (
        <IconButton
          icon={isFolded ? 'expand-all' : 'collapse-all'}
          label={isFolded ? t('Unfold all blocks') : t('Fold all blocks')}
          onPress={() => (foldedBlocks.value = isFolded ? [] : foldable)}
          testId="fold-blocks"
        />
      )}
    </>
  );
}
