/** Languages by tag and by the name that the reader's language has for them. */

import { formatLanguage } from "@/ui/i18n";

const COMMON =
  "ar bg bn ca cs da de el en es et eu fa fi fr ga gl he hi hr hu id it ja ko lt lv ms nb nl pl pt pt-BR ro ru sk sl sr sv sw ta th tr uk ur vi zh-Hans zh-Hant";

export interface LanguageChoice {
  value: string;
  label: string;
}

/** What a language is called; the tag itself when nobody knows. */
export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames([formatLanguage()], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** The languages to choose from by name, but those that are taken. */
export function languageChoices(taken: readonly string[] = []): LanguageChoice[] {
  const gone = new Set(taken.map((tag) => tag.toLowerCase()));
  return COMMON.split(" ")
    .filter((tag) => !gone.has(tag.toLowerCase()))
    .map((tag) => ({ value: tag, label: `${languageName(tag)} (${tag})` }))
    .sort((one, other) => one.label.localeCompare(other.label));
}
