import { randomBytes } from 'node:crypto';
import type { Texts } from '../../protocol/l10n';
import type { ComparedPair } from '../../protocol/compare-page';
import type { ReviewedData } from '../../protocol/data-page';

export interface PageParts {
  /** The source of webview resources for the content security policy. */
  cspSource: string;
  script: string;
  style: string;
  /** The language of the editor, for example `en`. */
  language: string;
  /** Translations by their English text; without them the page speaks English. */
  texts?: Texts;
  /** The two checkpoints of a comparison; without them the page shows one. */
  compared?: ComparedPair;
  /** The data of the page on which data is chosen. */
  reviewsData?: ReviewedData;
  /** The page shows the chart of runs. */
  chartsRuns?: boolean;
}

/** A nonce that nobody can guess. */
export function newNonce(): string {
  return randomBytes(24).toString('base64');
}

/** The page: one script with a nonce, which may start workers, and one style sheet. Nothing is inline, and nothing comes from elsewhere. */
export function pageHtml(
  { cspSource, script, style, language, texts, compared, reviewsData, chartsRuns }: PageParts,
  nonce = newNonce(),
): string {
  const policy = [
    "default-src 'none'",
    // These two do not follow default-src.
    "base-uri 'none'",
    "form-action 'none'",
    `script-src 'nonce-${nonce}'`,
    // The page starts a worker from its own text: a file of the extension is of another origin.
    'worker-src blob:',
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} data:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${escapeHtml(style)}">
<title>Secateur</title>
</head>
<body${attribute('texts', texts)}${attribute('compared', compared)}${attribute('reviews-data', reviewsData)}${chartsRuns === true ? ' data-charts-runs=""' : ''}>
<div id="root"></div>
<script nonce="${escapeHtml(nonce)}" src="${escapeHtml(script)}"></script>
</body>
</html>
`;
}

const attribute = (name: string, value: object | undefined): string =>
  value === undefined ? '' : ` data-${name}="${escapeHtml(JSON.stringify(value))}"`;

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
