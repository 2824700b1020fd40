/** Strings live beside the feature that says them; this turns a catalogue into a `t` for it. */

type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
type Entry = string | Plural;
type Catalogue = Record<string, Entry>;
type Values = Record<string, string | number>;

let language = "en";

/** The language that the interface speaks; dates and numbers follow it too. */
export function currentLanguage(): string {
  return language;
}

/** For dates and numbers: the browser's own variety of that language (en-GB for en), if it has one. */
export function formatLanguage(): string {
  const base = language.split("-")[0];
  return globalThis.navigator?.languages?.find((tag) => tag.split("-")[0] === base && tag.includes("-")) ?? language;
}

export function setLanguage(tag: string): void {
  try {
    language = new Intl.Locale(tag.replace("_", "-")).toString();
  } catch {
    language = "en";
  }
}

/**
 * Make `t` for one feature. `catalogues.en` names every key; other languages may lack some, and
 * English then fills the gap. A plural entry is chosen by `values.count`.
 */
export function catalogue<C extends Catalogue>(catalogues: { en: C } & Record<string, Partial<C>>) {
  return function t(key: keyof C & string, values: Values = {}): string {
    const own = catalogues[language] ?? catalogues[language.split("-")[0] ?? "en"];
    const entry: Entry = own?.[key] ?? catalogues.en[key] ?? key;
    return fill(typeof entry === "string" ? entry : choose(entry, Number(values.count)), values);
  };
}

function choose(entry: Plural, count: number): string {
  return entry[new Intl.PluralRules(language).select(count)] ?? entry.other;
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? new Intl.NumberFormat(language).format(value) : value;
  });
}
