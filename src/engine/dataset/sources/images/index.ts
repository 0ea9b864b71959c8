import type { DatasetDescriptor, Split } from '../../../../protocol/dataset';
import { UserError } from '../../../../protocol/errors';
import { pictureFiles } from '../../pictures/file';
import type { Part, Place, Source, SourceData } from '../source';
import { classOrder } from './class-order';
import { layoutOf, type ClassFolder } from './layout';

/** Folders of pictures: one for each class, within `train`, `validation` and `test`, or alone. */
export const images: Source = {
  format: 'images',
  recognize: async (place) => {
    const layout = await layoutOf(place);
    if (!layout) return undefined;
    const [first] = layout.parts.values();
    const classes = first?.length ?? 0;
    return layout.alone
      ? `folders of pictures for ${classes} classes`
      : `${[...layout.parts.keys()].join(', ')} with folders of pictures for ${classes} classes`;
  },
  stamped: async (place) => {
    const layout = await layoutOf(place);
    return [place.path, ...(layout?.folders ?? [])];
  },
  open,
};

async function open(place: Place, { classNames: given }: DatasetDescriptor): Promise<SourceData> {
  const layout = await layoutOf(place);
  if (!layout) throw new UserError(`The dataset folder ${place.path} has no folders of pictures.`);
  const found = [...new Set([...layout.parts.values()].flatMap((folders) => folders.map(({ name }) => name)))].sort();
  const { folders: order, names, sorted } = await classOrder(place, found, given);
  const parts: Partial<Record<Split, Part>> = {};
  for (const [split, folders] of layout.parts) parts[split] = await partOf(folders, order, place.path);
  return {
    parts,
    classNames: names,
    sortedClasses: sorted,
    stratified: true,
    notes: leftOut(layout.others),
  };
}

function leftOut({ length, 0: first }: readonly string[]): string[] {
  if (first === undefined) return [];
  return length === 1
    ? [`1 file that is not a picture was left out, such as ${first}.`]
    : [`${length} files that are not pictures were left out, such as ${first}.`];
}

async function partOf(folders: readonly ClassFolder[], order: readonly string[], root: string): Promise<Part> {
  const all = folders.flatMap(({ name, files }) => files.map((file) => ({ file, label: order.indexOf(name) })));
  const pictures = await pictureFiles(
    all.map(({ file }) => file),
    root,
  );
  return {
    count: all.length,
    examples: { kind: 'pictures', pictures },
    target: { kind: 'class', labels: Int32Array.from(all, ({ label }) => label) },
    examplesFrom: root,
    labelsFrom: root,
  };
}
