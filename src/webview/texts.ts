import * as z from 'zod';
import { useTexts } from '../protocol/l10n';
import { useDatesOf } from './ui/dates';

/** The translations that the host put into the page, where it has some. Modules make texts when they load, so this comes first. */
const { texts } = document.body.dataset;
if (texts !== undefined) useTexts(z.record(z.string(), z.string()).parse(JSON.parse(texts)));
useDatesOf(document.documentElement.lang, navigator.language);
