import { catalogue } from "@/ui/i18n";

export const t = catalogue({
  en: {
    heading: "Languages",
    language: "Language",
    languageHint: "A tag such as en or pt-BR. Empty: the language of the site.",
    ownLanguage: "The language of the site",
    none: "Not translated yet.",
    add: "Translate into",
    addHint: "A draft begins with what this piece says.",
    make: "Make the draft",
    link: "Or choose a piece that is there already",
    linkHint: "Type a part of its title.",
    noPieces: "No other piece has that in its title.",
    leave: "Take it out of these",
    unsaved: "Save first: what you wrote is not stored yet.",
  },
});
