import type { MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import type { Language } from './i18n.ts';

/** A message in ICU's format, or what the build makes of one that takes values, so that the page carries no parser. */
export type Message = string | MessageFormatElement[];

/** Where the texts of a screen are, one file for each language. The English ones say which there are and what each is given. */
export type TextSource<T> = { en: () => Promise<{ texts: T }> } & {
  [L in Language]: () => Promise<{ texts: Readonly<Record<keyof NoInfer<T>, string>> }>;
};

/** The text of a key. What the English text names, the call has to give: numbers where it counts, texts elsewhere. */
export type Translate<T> = <K extends keyof T & string>(key: K, ...values: ValueArguments<T[K]>) => string;

type ValueArguments<Text> = [ArgumentsOf<Text>] extends [never] ? [] : [values: ValuesOf<ArgumentsOf<Text>>];
type ValuesOf<A extends Argument> = { [One in A as One['name']]: One['value'] };

interface Argument {
  name: string;
  value: string | number;
}

/** The arguments of an ICU message: each `{` that does not open a branch of a plural. */
type ArgumentsOf<Text> = Text extends `${infer Before}{${infer After}`
  ? (Before extends `${string}${Intl.LDMLPluralRule | `=${number}`} ` ? never : ArgumentOf<After>) | ArgumentsOf<After>
  : never;
type ArgumentOf<After extends string> = After extends `${infer Head}}${string}`
  ? Head extends `${infer Name}, ${string}`
    ? { name: Name; value: number }
    : { name: Head; value: string }
  : never;
