"""Makes a WordPress export of any size: classic posts and blocks, files, comments, hard cases."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

__all__ = ["FIRST_DAY", "WORDS", "write_export"]

WORDS = [
    "press",
    "sheet",
    "paper",
    "folded",
    "eight",
    "leaves",
    "page",
    "type",
    "hand",
    "readers",
    "wait",
    "news",
    "campaign",
    "draft",
    "delivery",
    "garden",
    "bread",
    "oven",
    "flour",
    "water",
    "salt",
    "morning",
    "evening",
    "street",
    "market",
    "letter",
    "answer",
    "question",
]
_HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Made</title><link>https://blog.example</link><language>en-GB</language>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>https://blog.example</wp:base_site_url>
<wp:base_blog_url>https://blog.example</wp:base_blog_url>
<wp:author><wp:author_login>ada</wp:author_login>
<wp:author_display_name>Ada L.</wp:author_display_name></wp:author>
<wp:author><wp:author_login>ben</wp:author_login>
<wp:author_display_name>Ben K.</wp:author_display_name></wp:author>
"""
FIRST_DAY = datetime(2010, 1, 1, tzinfo=UTC)
_UPLOADS = "https://blog.example/wp-content/uploads/2024/05"


def write_export(path: Path, *, posts: int = 0, size_bytes: int = 0, paragraphs: int = 12) -> int:
    """Write an export of so many posts, or of at least so many bytes; answer how many posts."""
    dice = random.Random(8)
    number = written = 0
    with path.open("w", encoding="utf-8") as file:
        written += file.write(_HEAD)
        while number < posts or written < size_bytes:
            number += 1
            written += file.write(_post(number, dice, paragraphs))
            if number % 3 == 0:
                written += file.write(_file(number))
        file.write("</channel></rss>\n")
    return number


def _post(number: int, dice: random.Random, paragraphs: int) -> str:
    day = _day(number)
    texts = [" ".join(dice.choices(WORDS, k=70)) for _ in range(paragraphs)]
    body = _blocks(texts, number) if number % 2 else _classic(texts, number)
    stamp = day.strftime("%Y-%m-%d %H:%M:%S")
    slug = f"post-{number}"
    comments = "".join(_comment(number * 10 + place, stamp) for place in range(number % 4))
    return (
        f"<item><title>Post {number} &amp; more</title>"
        f"<link>https://blog.example/{day:%Y/%m}/{slug}/</link>"
        f"<pubDate>{day:%a, %d %b %Y %H:%M:%S} +0000</pubDate>"
        f"<dc:creator><![CDATA[{'ada' if number % 3 else 'ben'}]]></dc:creator>"
        f'<guid isPermaLink="false">https://blog.example/?p={number}</guid><description></description>'
        f"<content:encoded><![CDATA[{body}]]></content:encoded>"
        f"<excerpt:encoded><![CDATA[About {number}]]></excerpt:encoded>"
        f"<wp:post_id>{number}</wp:post_id><wp:post_date>{stamp}</wp:post_date>"
        f"<wp:post_date_gmt>{stamp}</wp:post_date_gmt><wp:post_modified_gmt>{stamp}</wp:post_modified_gmt>"
        f"<wp:post_name>{slug}</wp:post_name><wp:status>{'draft' if number % 50 == 3 else 'publish'}"
        "</wp:status><wp:post_parent>0</wp:post_parent><wp:menu_order>0</wp:menu_order>"
        "<wp:post_type>post</wp:post_type><wp:post_password></wp:post_password>"
        f"<wp:is_sticky>{int(number % 100 == 1)}</wp:is_sticky>"
        f'<category domain="category" nicename="topic-{number % 20}">'
        f"<![CDATA[Topic {number % 20}]]></category>"
        f'<category domain="post_tag" nicename="tag-{number % 300}"><![CDATA[Tag {number % 300}]]></category>'
        "<wp:postmeta><wp:meta_key>_edit_last</wp:meta_key><wp:meta_value>1</wp:meta_value></wp:postmeta>"
        f"{comments}</item>\n"
    )


def _day(number: int) -> datetime:
    return FIRST_DAY + timedelta(hours=number)


def _classic(texts: list[str], number: int) -> str:
    last = max(1, number - 1)
    link = f'<a href="https://blog.example/{_day(last):%Y/%m}/post-{last}/">The last one</a>.'
    caption = (
        f'[caption id="attachment_{number}" width="300"]<img src="{_UPLOADS}/p{number}-300x200.jpg"'
        ' alt="A press" /> The press[/caption]'
    )
    return "\n\n".join([texts[0], link, caption, *texts[1:], "<h2>End</h2>\nA line\nanother line"])


def _blocks(texts: list[str], number: int) -> str:
    blocks = [f"<!-- wp:paragraph -->\n<p>{text}</p>\n<!-- /wp:paragraph -->" for text in texts]
    blocks.insert(
        1,
        f'<!-- wp:image {{"id":{number}}} --><figure class="wp-block-image"><img src="{_UPLOADS}/p{number}'
        '-300x200.jpg" alt="A press"/><figcaption>The press</figcaption></figure><!-- /wp:image -->',
    )
    items = "".join(f"<li>{text[:40]}</li>" for text in texts[:4])
    blocks.append(f"<!-- wp:list --><ul>{items}</ul><!-- /wp:list -->")
    return "\n\n".join(blocks)


def _comment(number: int, stamp: str) -> str:
    return (
        f"<wp:comment><wp:comment_id>{number}</wp:comment_id><wp:comment_author>A</wp:comment_author>"
        f"<wp:comment_date_gmt>{stamp}</wp:comment_date_gmt><wp:comment_content>Yes, {number}."
        "</wp:comment_content><wp:comment_approved>1</wp:comment_approved><wp:comment_type></wp:comment_type>"
        "</wp:comment>"
    )


def _file(number: int) -> str:
    return (
        f"<item><title>p{number}</title><link>https://blog.example/p{number}/</link>"
        f"<wp:post_id>{number + 10_000_000}</wp:post_id><wp:post_parent>{number}</wp:post_parent>"
        "<wp:status>inherit</wp:status><wp:post_type>attachment</wp:post_type>"
        f"<wp:attachment_url>{_UPLOADS}/p{number}.jpg</wp:attachment_url></item>\n"
    )
