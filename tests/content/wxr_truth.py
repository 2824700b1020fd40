"""What a WordPress export holds, read by another parser than the importer's."""

import re
from xml.etree import ElementTree


def local(tag):
    return tag.rpartition("}")[2]


def truth(path):
    """What the file holds, by type: state, words of the text, terms."""
    items = []
    text = path.read_text("utf-8")
    unbound = {
        prefix for prefix in re.findall(r"<(\w+):\w", text) if f"xmlns:{prefix}=" not in text
    }
    bound = "".join(f' xmlns:{prefix}="urn:{prefix}"' for prefix in unbound)
    for item in ElementTree.fromstring(text.replace("<rss", f"<rss{bound}", 1)).iter("item"):
        found = {"terms": set(), "comments": 0, "content": ""}
        for child in item:
            name, text = local(child.tag), child.text or ""
            if name == "category":
                found["terms"].add((child.get("domain"), text.strip()))
            elif name == "encoded":
                if "/excerpt" not in child.tag:
                    found["content"] = text
            elif name == "comment":
                found["comments"] += 1
            else:
                found[name] = text.strip()
        items.append(found)
    return items
