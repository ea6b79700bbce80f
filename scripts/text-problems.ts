import {
  isArgumentElement,
  isNumberElement,
  isPluralElement,
  isPoundElement,
  type MessageFormatElement,
  parse,
} from '@formatjs/icu-messageformat-parser';
import { type ESTree, parseSync, Visitor } from 'vite';

/** The texts of one place in one language, by key. */
export type Texts = Readonly<Record<string, string>>;

/** Texts that are the same in English and in another language, each looked at by a person: names, signs, words both have. */
export type Reviewed = ReadonlySet<string>;

/**
 * What is wrong with the texts of one place, one line a fault: a language that lacks a text or has one that English does not,
 * a message that is none, arguments other than the English ones, plural forms its grammar has and the message not, English left
 * where a translation belongs.
 */
export function findTextProblems(
  byLanguage: Readonly<Record<string, Texts>>,
  languages: readonly string[],
  reviewed: Reviewed,
): string[] {
  const english = byLanguage.en ?? {};
  const problems: string[] = [];
  for (const language of languages) {
    const texts = byLanguage[language];
    if (!texts) {
      problems.push(`${language}: has no texts`);
      continue;
    }
    for (const key of Object.keys(english)) if (!(key in texts)) problems.push(`${language} ${key}: missing`);
    for (const [key, text] of Object.entries(texts)) {
      const source = english[key];
      const found = source === undefined ? ['English has no such text'] : problemsOf(text, source, language, reviewed.has(text));
      problems.push(...found.map((problem) => `${language} ${key}: ${problem}`));
    }
  }
  return problems;
}

function problemsOf(text: string, english: string, language: string, mayBeEnglish: boolean): string[] {
  if (typeof text !== 'string') return ['is no text: plural forms are part of one ICU message'];
  if (text.trim() === '') return ['blank'];
  const problems: string[] = [];
  if (language !== 'en' && text === english && !mayBeEnglish) problems.push(`is the English text: ${text}`);
  // In a message it would quote what comes after it.
  if (text.includes("'")) problems.push(`has a straight apostrophe: ${text}`);
  try {
    const message = parse(text, { ignoreTag: true });
    const wanted = argumentsOf(parse(english, { ignoreTag: true }));
    const found = argumentsOf(message);
    // A number that only picks a form is of no use where the language has one form.
    const needed = new Map([...wanted].filter(([name, kind]) => kind !== FORM || found.has(name)));
    if (!isEqual(found, needed)) problems.push(`is given ${describe(wanted)} and takes ${describe(found)}: ${text}`);
    problems.push(...pluralProblems(message, language));
  } catch (error) {
    problems.push(`is no ICU message (${error instanceof Error ? error.message : error}): ${text}`);
  }
  return problems;
}

/** What a number is for that is not written. */
const FORM = 'form';

/** Name to kind. A number that is neither formatted nor counted would come without separators: that is a text. */
function argumentsOf(message: readonly MessageFormatElement[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const element of message) {
    if (isArgumentElement(element)) found.set(element.value, 'text');
    if (isNumberElement(element)) found.set(element.value, 'number');
    if (!isPluralElement(element)) continue;
    const isWritten = Object.values(element.options).some(({ value }) => value.some(isPoundElement));
    found.set(element.value, isWritten ? 'number' : FORM);
    // Whatever branch is taken, it has to take the same.
    const branches = Object.values(element.options).map(({ value }) => argumentsOf(value));
    for (const branch of branches) {
      if (!isEqual(branch, branches[0] ?? branch)) found.set(element.value, 'number, with branches that differ');
      for (const [name, kind] of branch) found.set(name, kind);
    }
  }
  return found;
}

function pluralProblems(message: readonly MessageFormatElement[], language: string): string[] {
  const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  return message.filter(isPluralElement).flatMap(({ options }) => {
    const missing = wanted.filter((category) => !options[category]);
    // One number may have words of its own (`=1 {Today}`) in any language.
    const categories = Object.keys(options).filter((category) => !category.startsWith('='));
    const needless = categories.filter((category) => !wanted.some((one) => one === category));
    return [
      ...missing.map((category) => `lacks the plural form '${category}'`),
      ...needless.map((category) => `has a plural form '${category}' that its language has not`),
    ];
  });
}

function isEqual(one: Map<string, string>, other: Map<string, string>): boolean {
  return one.size === other.size && [...one].every(([name, kind]) => other.get(name) === kind);
}

function describe(names: Map<string, string>): string {
  return [...names].map(([name, kind]) => `${name} (${kind})`).join(', ') || 'nothing';
}

/**
 * Objects with a value for English and one for Russian: a text in every language. Not those of synonyms, which are what people
 * may say, not what they are told.
 */
export function findTableProblems(file: string, source: string, languages: readonly string[], reviewed: Reviewed): string[] {
  const problems: string[] = [];
  const skipped = new Set<number>();
  new Visitor({
    Property({ key, value }) {
      if (key.type === 'Identifier' && key.name === 'synonyms') skipped.add(value.start);
    },
    ObjectExpression(table) {
      if (skipped.has(table.start)) return;
      const values = new Map(table.properties.flatMap((property) => toEntry(property)));
      if (!values.has('en') || !values.has('ru')) return;
      const english = textsIn(values.get('en'));
      for (const language of languages) {
        const value = values.get(language);
        const at = `${file}:${lineAt(source, table.start)} ${language}`;
        if (!value) problems.push(`${at}: missing`);
        else if (language !== 'en') {
          const left = textsIn(value).filter((text) => /\p{L}/u.test(text) && english.includes(text) && !reviewed.has(text));
          problems.push(...left.map((text) => `${at}: is the English text: ${text}`));
        }
      }
    },
  }).visit(parseSync(file, source).program);
  return problems;
}

function toEntry(property: ESTree.ObjectPropertyKind): [string, ESTree.Expression][] {
  if (property.type !== 'Property') return [];
  const { key, value } = property;
  const name = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : null;
  return name === null ? [] : [[name, value]];
}

/** The texts a value is made of, at any depth. */
function textsIn(value: ESTree.Expression | undefined): string[] {
  if (!value) return [];
  if (value.type === 'Literal') return typeof value.value === 'string' ? [value.value] : [];
  if (value.type === 'TemplateLiteral') return [value.quasis.map(({ value: part }) => part.raw).join('{}')];
  if (value.type === 'ArrayExpression')
    return value.elements.flatMap((one) => (one && one.type !== 'SpreadElement' ? textsIn(one) : []));
  if (value.type === 'ArrowFunctionExpression' && value.expression) return textsIn(value.body as unknown as ESTree.Expression);
  if (value.type === 'ObjectExpression')
    return value.properties.flatMap((one) => toEntry(one).flatMap(([, inner]) => textsIn(inner)));
  return [];
}

/** Attributes that a person reads or hears. */
const READ_ALOUD = new Set(['alt', 'aria-label', 'label', 'note', 'placeholder', 'subtitle', 'text', 'title']);

/** Words that stand in a component as they are, and so in one language. */
export function findLiteralProblems(file: string, source: string, reviewed: Reviewed): string[] {
  const problems: string[] = [];
  const report = (node: { start: number }, text: string) => {
    if (/\p{L}{2}/u.test(text) && !reviewed.has(text.trim()))
      problems.push(`${file}:${lineAt(source, node.start)}: a text of no language file: ${text.trim()}`);
  };
  /** What an expression may come to; what it is called with or compared to is not shown. */
  const reportShown = (shown: ESTree.Node): void => {
    switch (shown.type) {
      case 'Literal':
        if (typeof shown.value === 'string') report(shown, shown.value);
        break;
      case 'TemplateLiteral':
        for (const { value } of shown.quasis) report(shown, value.raw);
        break;
      case 'ConditionalExpression':
        reportShown(shown.consequent);
        reportShown(shown.alternate);
        break;
      case 'LogicalExpression':
        reportShown(shown.right);
        if (shown.operator !== '&&') reportShown(shown.left);
        break;
      case 'BinaryExpression':
        if (shown.operator === '+') for (const side of [shown.left, shown.right]) reportShown(side);
        break;
      case 'ParenthesizedExpression':
      case 'JSXExpressionContainer':
        reportShown(shown.expression);
        break;
      default:
    }
  };
  const reportChildren = (children: readonly ESTree.JSXChild[]) => {
    for (const child of children) {
      if (child.type === 'JSXText') report(child, child.value);
      else reportShown(child);
    }
  };
  new Visitor({
    JSXElement: ({ children }) => reportChildren(children),
    JSXFragment: ({ children }) => reportChildren(children),
    JSXAttribute({ name, value }) {
      if (name.type === 'JSXIdentifier' && READ_ALOUD.has(name.name) && value) reportShown(value);
    },
    // What a component is handed in an object, or a helper hands back: `{ title: 'Loading' }`.
    Property({ key, value }) {
      const name = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : '';
      if (READ_ALOUD.has(name)) reportShown(value);
    },
    ReturnStatement({ argument }) {
      if (argument) reportSentences(argument);
    },
  }).visit(parseSync(file, source).program);
  return problems;

  /** A function of a component's file may hand back a word for a class or a state; a sentence is for people. */
  function reportSentences(argument: ESTree.Node): void {
    if (argument.type !== 'Literal' || typeof argument.value !== 'string') return;
    if (/\p{L} \p{L}/u.test(argument.value)) report(argument, argument.value);
  }
}

function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}
