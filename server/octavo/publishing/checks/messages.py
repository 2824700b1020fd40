# ruff: noqa: E501 - a sentence stands in one line
"""Every sentence of the checks, in every language that the admin speaks.

A test holds the languages to the same checks and the same blanks.
"""

from collections.abc import Mapping

__all__ = ["LANGUAGES", "labels", "language_of", "sentences"]

_EN: dict[str, tuple[str, str]] = {
    "tk": ("“{what}” marks something that is still to come.", "Write what is missing, or take the mark away."),
    "alt_missing": ("A picture has no description for those who cannot see it.", "Describe the picture in a few words."),
    "cover_alt_missing": ("The cover has no description for those who cannot see it.", "Describe the cover in a few words."),
    "poster_alt_missing": ("The still of the video has no description for those who cannot see it.", "Describe the picture in the media library."),
    "captions_missing": ("The video has no captions.", "Add a file of captions, for those who cannot hear it."),
    "transcript_missing": ("What is said can be read nowhere.", "Add a transcript."),
    "file_gone": ("A file that stood here is no longer in the media library.", "Choose another file."),
    "cta_unknown": ("The text has a place for the call to action “{what}”, which is not on this piece.", "Add it to the piece, or take its place out of the text."),
    "cta_twice": ("The call to action “{what}” has two places in the text; it is shown at the first.", "Take the second place out."),
    "anchor_missing": ("“{what}” leads to no place in this text.", "Use the address of one of its headings."),
    "link_tracked": ("“{what}” is a tracked link of another piece, or of none.", "Use a call to action of this piece, or a plain address."),
    "cta_missing": ("No call to action stands on this piece.", "Choose what readers are to do next."),
    "objective_missing": ("Neither the campaign nor a call to action serves an objective.", "Choose a campaign or a call to action that has an objective."),
    "link_broken": ("“{what}” leads to no page of this site that readers can open.", "Correct the address, or publish the page it leads to."),
    "link_invalid": ("“{what}” is not an address.", "Write a whole address such as https://example.org/page."),
    "link_empty": ("A link leads nowhere.", "Give the link an address."),
    "heading_h1": ("A heading of the first level stands in the text; the title is the only one.", "Make it a heading of the second level."),
    "heading_skipped": ("A heading of level {what} follows one of level {other}.", "Use the level between them."),
    "heading_empty": ("A heading has no words.", "Write the heading, or take it away."),
    "heading_repeated": ("The heading “{what}” stands here more than once.", "Give each section a heading of its own."),
    "title_missing": ("The piece has no title.", "Write a title."),
    "title_long": ("The title has {what} characters; search results show about {other}.", "Shorten the title, or write a shorter one for search."),
    "meta_title_long": ("The title for search has {what} characters; about {other} are shown.", "Shorten the title for search."),
    "description_missing": ("There is no description for search results and cards.", "Write an excerpt or a description of one or two sentences."),
    "description_short": ("The description has {what} characters; that says little.", "Write at least {other} characters."),
    "description_long": ("The description has {what} characters; about {other} are shown.", "Shorten the description."),
    "slug_long": ("The address has {what} characters.", "Use the few words that tell what it is about."),
    "slug_numbers": ("The address holds no words.", "Use the few words that tell what it is about."),
    "paragraph_long": ("A paragraph has {what} words.", "Break the paragraph where the thought turns."),
    "sentence_long": ("A sentence has {what} words.", "Make two sentences of it."),
    "hard_to_read": ("The text is hard to read ({what} on a scale where {other} and more is plain).", "Use shorter sentences and shorter words."),
    "picture_heavy": ("A picture has {what} MB.", "Upload a smaller file, of less than {other} MB."),
    "picture_unsized": ("The size of a picture is not known; the page will jump while it loads.", "Upload the picture again in a usual format."),
    "title_taken": ("Another piece has this title (number {what}).", "Choose a title that tells them apart."),
    "too_long": ("The text is too long to be looked at while you write.", "Split the text into several pieces."),
}  # fmt: skip

_ES: dict[str, tuple[str, str]] = {
    "tk": ("«{what}» señala algo que aún falta.", "Escribe lo que falta o quita la marca."),
    "alt_missing": ("Una imagen no tiene descripción para quien no puede verla.", "Describe la imagen en pocas palabras."),
    "cover_alt_missing": ("La portada no tiene descripción para quien no puede verla.", "Describe la portada en pocas palabras."),
    "poster_alt_missing": ("La imagen fija del vídeo no tiene descripción para quien no puede verla.", "Describe la imagen en la biblioteca."),
    "captions_missing": ("El vídeo no tiene subtítulos.", "Añade un archivo de subtítulos para quien no puede oírlo."),
    "transcript_missing": ("Lo que se dice no puede leerse en ninguna parte.", "Añade una transcripción."),
    "file_gone": ("Un archivo que estaba aquí ya no está en la biblioteca.", "Elige otro archivo."),
    "cta_unknown": ("El texto tiene un sitio para la llamada a la acción «{what}», que no está en esta pieza.", "Añádela a la pieza o quita su sitio del texto."),
    "cta_twice": ("La llamada a la acción «{what}» tiene dos sitios en el texto; se muestra en el primero.", "Quita el segundo sitio."),
    "anchor_missing": ("«{what}» no lleva a ningún lugar de este texto.", "Usa la dirección de uno de sus encabezados."),
    "link_tracked": ("«{what}» es un enlace medido de otra pieza, o de ninguna.", "Usa una llamada a la acción de esta pieza o una dirección normal."),
    "cta_missing": ("Esta pieza no tiene ninguna llamada a la acción.", "Elige qué debe hacer después quien la lea."),
    "objective_missing": ("Ni la campaña ni una llamada a la acción sirven a un objetivo.", "Elige una campaña o una llamada a la acción con objetivo."),
    "link_broken": ("«{what}» no lleva a ninguna página de este sitio que se pueda abrir.", "Corrige la dirección o publica la página a la que lleva."),
    "link_invalid": ("«{what}» no es una dirección.", "Escribe una dirección completa, como https://example.org/pagina."),
    "link_empty": ("Un enlace no lleva a ninguna parte.", "Dale una dirección al enlace."),
    "heading_h1": ("Hay un encabezado de primer nivel en el texto; solo el título lo es.", "Conviértelo en encabezado de segundo nivel."),
    "heading_skipped": ("Un encabezado de nivel {what} sigue a uno de nivel {other}.", "Usa el nivel intermedio."),
    "heading_empty": ("Un encabezado no tiene palabras.", "Escribe el encabezado o quítalo."),
    "heading_repeated": ("El encabezado «{what}» aparece más de una vez.", "Da a cada sección su propio encabezado."),
    "title_missing": ("La pieza no tiene título.", "Escribe un título."),
    "title_long": ("El título tiene {what} caracteres; los buscadores muestran unos {other}.", "Acorta el título o escribe uno más corto para buscadores."),
    "meta_title_long": ("El título para buscadores tiene {what} caracteres; se muestran unos {other}.", "Acorta el título para buscadores."),
    "description_missing": ("No hay descripción para buscadores y tarjetas.", "Escribe un extracto o una descripción de una o dos frases."),
    "description_short": ("La descripción tiene {what} caracteres; dice poco.", "Escribe al menos {other} caracteres."),
    "description_long": ("La descripción tiene {what} caracteres; se muestran unos {other}.", "Acorta la descripción."),
    "slug_long": ("La dirección tiene {what} caracteres.", "Usa las pocas palabras que dicen de qué trata."),
    "slug_numbers": ("La dirección no contiene palabras.", "Usa las pocas palabras que dicen de qué trata."),
    "paragraph_long": ("Un párrafo tiene {what} palabras.", "Divide el párrafo donde cambia la idea."),
    "sentence_long": ("Una frase tiene {what} palabras.", "Divide la frase en dos."),
    "hard_to_read": ("El texto es difícil de leer ({what} en una escala donde {other} o más es llano).", "Usa frases y palabras más cortas."),
    "picture_heavy": ("Una imagen pesa {what} MB.", "Sube un archivo más pequeño, de menos de {other} MB."),
    "picture_unsized": ("No se conoce el tamaño de una imagen; la página saltará al cargarla.", "Sube la imagen de nuevo en un formato habitual."),
    "title_taken": ("Otra pieza tiene este título (número {what}).", "Elige un título que las distinga."),
    "too_long": ("El texto es demasiado largo para revisarlo mientras escribes.", "Divide el texto en varias piezas."),
}  # fmt: skip

LANGUAGES: Mapping[str, Mapping[str, tuple[str, str]]] = {"en": _EN, "es": _ES}


_LABELS: Mapping[str, Mapping[str, str]] = {"en": {
    "tk": "Open marks (TK)",
    "alt_missing": "Pictures without a description",
    "cover_alt_missing": "Cover without a description",
    "poster_alt_missing": "Still without a description",
    "captions_missing": "Video without captions",
    "transcript_missing": "No transcript",
    "file_gone": "Lost files",
    "cta_unknown": "Place for an absent call to action",
    "cta_twice": "Call to action placed twice",
    "anchor_missing": "Links to no place in the text",
    "link_tracked": "Tracked links of other pieces",
    "cta_missing": "No call to action",
    "objective_missing": "No objective",
    "link_broken": "Broken links",
    "link_invalid": "Links that are no address",
    "link_empty": "Empty links",
    "heading_h1": "Headings of the first level",
    "heading_skipped": "Skipped levels of headings",
    "heading_empty": "Empty headings",
    "heading_repeated": "Repeated headings",
    "title_missing": "No title",
    "title_long": "Long title",
    "meta_title_long": "Long title for search",
    "description_missing": "No description",
    "description_short": "Short description",
    "description_long": "Long description",
    "slug_long": "Long address",
    "slug_numbers": "Address without words",
    "paragraph_long": "Long paragraphs",
    "sentence_long": "Long sentences",
    "hard_to_read": "Hard to read",
    "picture_heavy": "Heavy pictures",
    "picture_unsized": "Pictures of unknown size",
    "title_taken": "Title of another piece",
    "too_long": "Text too long to check",
}, "es": {
    "tk": "Marcas pendientes (TK)",
    "alt_missing": "Imágenes sin descripción",
    "cover_alt_missing": "Portada sin descripción",
    "poster_alt_missing": "Imagen fija sin descripción",
    "captions_missing": "Vídeo sin subtítulos",
    "transcript_missing": "Sin transcripción",
    "file_gone": "Archivos perdidos",
    "cta_unknown": "Sitio para una llamada ausente",
    "cta_twice": "Llamada a la acción repetida",
    "anchor_missing": "Enlaces a ningún lugar del texto",
    "link_tracked": "Enlaces medidos de otras piezas",
    "cta_missing": "Sin llamada a la acción",
    "objective_missing": "Sin objetivo",
    "link_broken": "Enlaces rotos",
    "link_invalid": "Enlaces que no son direcciones",
    "link_empty": "Enlaces vacíos",
    "heading_h1": "Encabezados de primer nivel",
    "heading_skipped": "Niveles de encabezado saltados",
    "heading_empty": "Encabezados vacíos",
    "heading_repeated": "Encabezados repetidos",
    "title_missing": "Sin título",
    "title_long": "Título largo",
    "meta_title_long": "Título largo para buscadores",
    "description_missing": "Sin descripción",
    "description_short": "Descripción corta",
    "description_long": "Descripción larga",
    "slug_long": "Dirección larga",
    "slug_numbers": "Dirección sin palabras",
    "paragraph_long": "Párrafos largos",
    "sentence_long": "Frases largas",
    "hard_to_read": "Difícil de leer",
    "picture_heavy": "Imágenes pesadas",
    "picture_unsized": "Imágenes de tamaño desconocido",
    "title_taken": "Título de otra pieza",
    "too_long": "Texto demasiado largo para revisar",
}}  # fmt: skip


def labels(language: str) -> Mapping[str, str]:
    """Answer what each check is called, in a language of `LANGUAGES`."""
    return _LABELS[language]


def sentences(check: str, language: str, what: str = "", other: str = "") -> tuple[str, str]:
    """Answer what is the matter and what to do, in a language of `LANGUAGES`."""
    message, fix = LANGUAGES[language][check]
    return (
        message.replace("{other}", other).replace("{what}", what),
        fix.replace("{other}", other).replace("{what}", what),
    )


def language_of(accepted: str) -> str:
    """Answer the first language of an `Accept-Language` header that there are sentences in."""
    wanted: list[tuple[float, str]] = []
    for part in accepted[:1_000].split(","):
        name, _, weight = part.partition(";q=")
        try:
            rank = float(weight) if weight else 1.0
        except ValueError:
            rank = 0.0
        base = name.strip().lower().partition("-")[0]
        if base in LANGUAGES and rank > 0:
            wanted.append((rank, base))
    return max(wanted, key=lambda item: item[0])[1] if wanted else "en"
