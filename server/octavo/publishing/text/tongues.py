"""Languages as readers meet them: their own names, and which of them is the site's."""

from typing import NamedTuple

__all__ = ["Front", "home_list", "is_own", "language_name", "language_slug"]

_NAMES = {
    "af": "Afrikaans", "am": "አማርኛ", "ar": "العربية", "ast": "Asturianu", "az": "Azərbaycanca",
    "be": "Беларуская", "bg": "Български", "bn": "বাংলা", "br": "Brezhoneg", "bs": "Bosanski",
    "ca": "Català", "cs": "Čeština", "cy": "Cymraeg", "da": "Dansk", "de": "Deutsch",
    "el": "Ελληνικά", "en": "English", "eo": "Esperanto", "es": "Español", "et": "Eesti",
    "eu": "Euskara", "fa": "فارسی", "fi": "Suomi", "fil": "Filipino", "fr": "Français",
    "fy": "Frysk", "ga": "Gaeilge", "gd": "Gàidhlig", "gl": "Galego", "gu": "ગુજરાતી",
    "he": "עברית", "hi": "हिन्दी", "hr": "Hrvatski", "hu": "Magyar", "hy": "Հայերեն",
    "id": "Bahasa Indonesia", "is": "Íslenska", "it": "Italiano", "ja": "日本語", "ka": "ქართული",
    "kk": "Қазақша", "km": "ខ្មែរ", "kn": "ಕನ್ನಡ", "ko": "한국어", "ku": "Kurdî", "la": "Latina",
    "lb": "Lëtzebuergesch", "lt": "Lietuvių", "lv": "Latviešu", "mk": "Македонски",
    "ml": "മലയാളം", "mn": "Монгол", "mr": "मराठी", "ms": "Bahasa Melayu", "mt": "Malti",
    "my": "မြန်မာ", "nb": "Norsk bokmål", "ne": "नेपाली", "nl": "Nederlands", "nn": "Nynorsk",
    "no": "Norsk", "oc": "Occitan", "pa": "ਪੰਜਾਬੀ", "pl": "Polski", "ps": "پښتو",
    "pt": "Português", "pt-br": "Português (Brasil)", "pt-pt": "Português (Portugal)",
    "ro": "Română", "ru": "Русский", "si": "සිංහල", "sk": "Slovenčina", "sl": "Slovenščina",
    "so": "Soomaali", "sq": "Shqip", "sr": "Српски", "sv": "Svenska", "sw": "Kiswahili",
    "ta": "தமிழ்", "te": "తెలుగు", "tg": "Тоҷикӣ", "th": "ไทย", "tr": "Türkçe",
    "uk": "Українська", "ur": "اردو", "uz": "Oʻzbekcha", "vi": "Tiếng Việt", "yi": "ייִדיש",
    "zh": "中文", "zh-cn": "简体中文", "zh-hans": "简体中文", "zh-hant": "繁體中文", "zh-tw": "繁體中文",
    "zu": "isiZulu",
}  # fmt: skip


class Front(NamedTuple):
    """What the front page shows: pieces in `language` and in none, or every piece."""

    language: str = ""
    shows_all: bool = False


def language_slug(tag: str) -> str:
    """Answer a language tag as it stands in addresses and names of lists: `pt-br`."""
    return tag.lower()


def language_name(tag: str) -> str:
    """Answer what a language calls itself, with its region or script if two may stand together."""
    slug = language_slug(tag)
    base, _, rest = slug.partition("-")
    if slug in _NAMES:
        return _NAMES[slug]
    name = _NAMES.get(base)
    return tag if name is None else f"{name} ({rest.upper()})"


def is_own(language: str, own: str) -> bool:
    """Say whether a piece is in the site's own language: `en` and `en-US` are where that is `en`."""
    if not language or not own:
        return True
    one, other = language.lower(), own.lower()
    return one == other or one.startswith(f"{other}-") or other.startswith(f"{one}-")


def home_list(language: str, front: Front) -> str:
    """Answer the list that a piece is read through, from one to the next."""
    if front.shows_all or is_own(language, front.language):
        return "home"
    return f"language:{language_slug(language)}"
