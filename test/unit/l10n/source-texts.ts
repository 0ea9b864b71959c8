import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** A text in a source file. */
export interface SourceText {
  readonly text: string;
  /** `src/extension/trust.ts:12` */
  readonly at: string;
}

/** The texts of a source file. */
export interface FileTexts {
  /** English texts that are translated where they stand. */
  readonly keys: readonly SourceText[];
  /** Sentences for people that are thrown where no translation is known; `{0}` stands for a value. */
  readonly thrown: readonly SourceText[];
  /** All strings and templates. */
  readonly strings: readonly string[];
  /** Texts that look as if a person reads them, and that are not translated. */
  readonly bare: readonly SourceText[];
}

/** The TypeScript files of a folder, with `/` on every system. */
export const sourceFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => path.posix.join(folder, name.split(path.sep).join('/')))
    .sort();

/** A string, or a template with `{0}` for its first value. */
function textOf(node: ts.Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [textOf(node.left), textOf(node.right)];
    return left !== undefined && right !== undefined && !right.includes('{0}') ? left + right : undefined;
  }
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }, place) => `{${place}}${literal.text}`).join('');
}

/** The texts of an expression: both of one that chooses between two. */
function textsIn(node: ts.Node | undefined): string[] {
  if (node === undefined) return [];
  if (ts.isParenthesizedExpression(node)) return textsIn(node.expression);
  if (ts.isConditionalExpression(node)) return [...textsIn(node.whenTrue), ...textsIn(node.whenFalse)];
  const text = textOf(node);
  return text === undefined ? [] : [text];
}

const calleeOf = (node: ts.Node): string =>
  ts.isCallExpression(node) || ts.isNewExpression(node) ? node.expression.getText() : '';

/** Calls whose texts are keys, or no texts for people. */
const TRANSLATING = /^(t|tPlural|plural|translated)$/;
const FOR_MACHINES =
  /(^|\.)(log|console)\.|^(Error|RegExp|URL|URLSearchParams|define|matchMedia|postMessage)$|querySelector|\.(describe|meta|regex|refine|exec|test|match|replace|replaceAll|join|split|endsWith|startsWith|includes|getItem|setItem)$/;
const ATTRIBUTES_OF_MACHINES =
  /^(aria-(hidden|live|busy|labelledby|describedby|controls|orientation|multiselectable)|scope|autocomplete|text-anchor|inputMode|spellcheck|class|className|id|key|style|role|type|name|data-.*|d|drawn|points|transform|viewBox|href|testId|testid|icon|kind|appearance|part|slot|for|preserveAspectRatio|clip-path|vector-effect)$/;

/** `UserError` and the classes that extend it, and the error whose message is a reason within a sentence. */
const ERRORS = /^(UserError|NoOperator|NoTask|UndecidedNormalization|InterruptedError)$/;

/** Two words, or one that begins with a capital letter and is no name in code. */
const LOOKS_READ = /[A-Za-z]{2,}[,:;.]? [A-Za-z{("]|\} [a-z]{2,}|[a-z]{2,}:? \{|^[A-Z][a-z]+…?$/;
/** Style sheets, selectors, globs, paths of drawings. */
const IS_CODE =
  /^[MLHVCZ]\{|translate\(|var\(--|^\*\*|^[a-z]+-[a-z-]+( [a-z]+-[a-z-]+)*$|calc\(|^default-src|;$|px\b.*solid|^rotate/;

/** Reads the texts of a file. */
export function textsOf(file: string): FileTexts {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const [keys, thrown, bare]: [SourceText[], SourceText[], SourceText[]] = [[], [], []];
  const strings: string[] = [];
  const at = (node: ts.Node): string => `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;

  /** @param quiet texts here are for machines, unless they are translated */
  const visit = (node: ts.Node, quiet: boolean): void => {
    const visitAll = (nodes: readonly ts.Node[], isQuiet: boolean): void => nodes.forEach((one) => visit(one, isQuiet));
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const callee = calleeOf(node);
      const [first, second, third] = node.arguments ?? [];
      const own = textOf(first);
      if (callee === 't' && first && own !== undefined && ts.isStringLiteralLike(first))
        keys.push({ text: own, at: at(node) });
      if (callee === 'tPlural') {
        const many = textOf(third);
        if (many !== undefined && third && ts.isStringLiteralLike(third)) keys.push({ text: many, at: at(node) });
      }
      if (callee === 'plural' && second && ts.isStringLiteralLike(second)) {
        const many = third && ts.isStringLiteralLike(third) ? third.text : `${second.text}s`;
        keys.push({ text: `{0} ${many}`, at: at(node) });
      }
      if (TRANSLATING.test(callee)) {
        // Arguments may hold texts of their own.
        visitAll(node.arguments ?? [], true);
        return;
      }
      if (ERRORS.test(callee)) thrown.push(...textsIn(first).map((text) => ({ text, at: at(node) })));
      if (FOR_MACHINES.test(callee.replace(/^.*(?=\.\w+$)/s, '')) || FOR_MACHINES.test(callee)) {
        visit(node.expression, quiet);
        visitAll(node.arguments ?? [], true);
        return;
      }
    }
    if (ts.isJsxAttribute(node)) {
      const name = node.name.getText();
      if (ATTRIBUTES_OF_MACHINES.test(name)) return;
      if (node.initializer && ts.isStringLiteral(node.initializer)) {
        if (/[A-Za-z]{2}/.test(node.initializer.text)) bare.push({ text: node.initializer.text, at: at(node) });
        return;
      }
    }
    if (ts.isJsxText(node)) {
      if (!quiet && /[A-Za-z]{2}/.test(node.text)) bare.push({ text: node.text.trim(), at: at(node) });
      return;
    }
    if (ts.isBinaryExpression(node) && /^[!=]==$/.test(node.operatorToken.getText())) {
      // A comparison with a name, such as that of a key.
      visitAll([node.left, node.right], true);
      return;
    }
    if (ts.isPropertyAssignment(node) || ts.isPropertySignature(node)) {
      if (node.name.getText() === 'testId' || node.name.getText() === 'class') return;
    }
    const all = textOf(node);
    if (all !== undefined) strings.push(all);
    const text = ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) ? textOf(node) : undefined;
    if (!quiet && text !== undefined && LOOKS_READ.test(text) && !IS_CODE.test(text)) bare.push({ text, at: at(node) });
    ts.forEachChild(node, (child) => visit(child, quiet));
  };
  visit(source, false);
  return { keys, thrown, bare, strings };
}
