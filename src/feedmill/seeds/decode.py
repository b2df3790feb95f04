"""Decoding: the bytes of one file to a Seed, or to every fault that keeps it from being one."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from feedmill import yamltext
from feedmill.model.fields import in_drafts
from feedmill.model.instant import Instant
from feedmill.model.seed import EntryId, Problem, Reason, Record, Seed, Severity
from feedmill.model.settings import DecodeSettings
from feedmill.seeds import dates, enclosures, structured_fields
from feedmill.seeds.body import Body, BodyRules, kind_of, read_body
from feedmill.seeds.cut import is_sound, only
from feedmill.seeds.field_keys import Keys, keys_for
from feedmill.seeds.field_reader import Reader, entries, quoted
from feedmill.seeds.flags import Word, read_expiry, read_word
from feedmill.seeds.frontmatter import FrontMatter, Needed, needed, parse, split
from feedmill.seeds.links import entry_id
from feedmill.seeds.lint import remarks
from feedmill.seeds.locate import Located, defaults_of, has_own_pattern, locate, rule_of
from feedmill.seeds.related import related
from feedmill.seeds.slips import report_slips
from feedmill.seeds.takedown import as_text, takedown_lines
from feedmill.seeds.unreadable import blank, blank_remarks, invalid, not_utf8, unreadable

_BOM = b"\xef\xbb\xbf"
_ENDS = {
    "yaml": "a line of ---",
    "toml": "a line of +++ (of --- after ---toml)",
    "json": "its last }, alone on its line (with --- after ---json)",
    "pelican": "a blank line",
}
_LONG_TEXT = re.compile("\"{3}|'{3}")
_LANGUAGE = re.compile(r"(?:[A-Za-z]{2,8}|[xXiI](?=-))(?:-[A-Za-z0-9]{1,8})*")


def decode(path: str, data: bytes, settings: DecodeSettings, *, thorough: bool = False) -> Record:
    """Return what the file `path` (relative to the seeds folder) with the bytes `data` is.

    Never raises, whatever the bytes. All faults of a seed are found at once. `thorough` reads the
    whole front matter, also what no feed shows, and adds warnings and notices; it never changes
    whether and why the seed is withheld. Of one withheld by its own word nothing else is read, unless
    `thorough` or for `settings.drafts`.
    """
    keys = keys_for(settings)
    if len(data) > settings.max_bytes:
        why = f"has {len(data):,} bytes; seeds.max_bytes allows {settings.max_bytes:,}"
        return unreadable(path, data[: settings.max_bytes], keys, why, 0, 0)
    try:
        text = data[3:].decode() if data.startswith(_BOM) else data.decode()
    except UnicodeDecodeError as error:
        return not_utf8(path, data, keys, error.start + (3 if data.startswith(_BOM) else 0))
    front = split(text, headers=settings.headers)
    thorough = thorough or settings.thorough
    if front is None:
        return blank(path, data, keys, blank_remarks(path, text))
    if not front.closed:
        why = f"the front matter that begins here never ends; close it with {_ENDS[front.syntax]}"
        return invalid(path, front.header or as_text(data), keys, why, 1, 1)
    if not front.header or front.header.isspace():
        return invalid(path, as_text(data), keys, _no_mapping(None), front.header_line, 1)
    return _decode_front(path, front, settings, keys, thorough)


def identify(path: str, data: bytes, settings: DecodeSettings) -> tuple[EntryId, str]:
    """Return the entry that a file speaks of, and its title, whatever its flags say or else is wrong with it.

    They are "" where they cannot be told.
    """
    nobody = EntryId(""), ""
    front = split(data.decode("utf-8-sig", errors="replace"), headers=settings.headers)
    if front is None:
        return nobody
    whole = Needed(front.header, front.header, None)
    try:
        root = _parse(front, whole)
    except yamltext.YamlFault:
        return nobody
    if not isinstance(root, yamltext.MappingNode):
        return nobody
    reader = _reader(path, front, whole, root, settings, keys_for(settings))
    title = _title(reader)
    return _located(reader, settings, title, _published(reader))[1], title


def _decode_front(
    path: str, front: FrontMatter, settings: DecodeSettings, keys: Keys, thorough: bool
) -> Record:
    whole = Needed(front.header, front.header, None)
    cut = needed(front.header, keys.wanted, front.tops) if front.syntax == "yaml" else whole
    if not thorough and not settings.drafts and (record := _withheld(path, front, cut, settings, keys)):
        return record
    try:
        root = _parse(front, cut)
        if cut.pieces is not None and _needs_more(root):
            cut = whole
            root = _parse(front, cut)
    except yamltext.YamlFault:
        cut = whole
        try:  # the cut has shown a fault; the whole header names the first one
            root = _parse(front, cut)
        except yamltext.YamlFault as fault:
            line = fault.line and fault.line + front.header_line - 1
            return invalid(path, front.header, keys, fault.message, line, fault.column)
    if not isinstance(root, yamltext.MappingNode):
        return invalid(path, front.header, keys, _no_mapping(root), front.header_line, 1)
    return _decode_root(path, front, cut, root, settings, thorough)


def _needs_more(root: yamltext.Node | None) -> bool:
    """Whether what was cut out may be needed: for an address, or to tell that there is something."""
    return has_own_pattern(root) if isinstance(root, yamltext.MappingNode) else True


def _parse(front: FrontMatter, cut: Needed) -> yamltext.Node | None:
    return yamltext.parse(cut.text) if front.syntax == "yaml" else parse(front)


def _decode_root(
    path: str,
    front: FrontMatter,
    cut: Needed,
    root: yamltext.MappingNode,
    settings: DecodeSettings,
    thorough: bool,
) -> Record:
    keys = keys_for(settings)
    tables = front.syntax == "toml"  # whose values end with their line, but for these
    swallows = _LONG_TEXT.search(front.header) if tables else front.syntax == "yaml" and cut.pieces is None
    reader = _reader(path, front, cut, root, settings, keys)
    if tag := yamltext.foreign_tag(root):
        reader.report(f"the front matter has the tag {tag}; write it without", root)
    word = read_word(
        reader,
        keys,
        published_default=settings.published_default,
        header=front.header if swallows else None,
        tables=tables,
    )
    if word.withheld and not word.doubtful and not thorough and not settings.drafts and not reader.failed:
        return Record(path=path, reason=word.withheld, takedown=True)
    lines = () if word.withheld else takedown_lines(front.header, keys)
    expires, expiry_unreadable = read_expiry(reader)
    seed = _seed(reader, front, settings, word, expires, lines)
    report_slips(reader, keys)
    if thorough and front.syntax == "yaml":
        reader.problems += remarks(path, front, keys)
    problems = tuple(sorted(dict.fromkeys(reader.problems), key=lambda each: (each.line, each.column)))
    if not reader.failed:
        return Record(path=path, seed=seed, problems=problems, flag_lines=lines)
    record = Record(
        path=path,
        reason=Reason.INVALID,
        problems=problems,
        takedown=word.doubtful,
        expires=expires,
        expiry_unreadable=expiry_unreadable,
        flag_lines=lines,
    )
    if word.withheld and not word.doubtful:
        notices = tuple(
            replace(each, severity=Severity.NOTICE) if each.severity is Severity.ERROR else each
            for each in problems
        )
        return replace(record, reason=word.withheld, problems=notices, takedown=True)
    return record


def _withheld(
    path: str, front: FrontMatter, cut: Needed, settings: DecodeSettings, keys: Keys
) -> Record | None:
    """Return the record of a seed whose own word withholds it, None where more has to be read to be sure.

    Nothing of it may ever be shown, so nothing but its word is parsed: most seeds of a real site are drafts.
    A word hangs on nothing but its text, the seed's rule and whether it lies among drafts, so each is parsed
    once: nearly all are `published: false`.
    """
    said = only(cut, keys.word)
    if not said.pieces:
        return None
    where = (said.text, in_drafts(path), rule_of(settings.address, path))
    if where in keys.words:
        reason = keys.words[where]
    else:
        reason = _word_alone(path, front, said, settings, keys)
        keys.keep_word(where, reason)
    if reason is None or not is_sound(cut, but=keys.word):
        return None
    return Record(path=path, reason=reason, takedown=True)


def _word_alone(
    path: str, front: FrontMatter, said: Needed, settings: DecodeSettings, keys: Keys
) -> Reason | None:
    """Return why a seed's word withholds it; None where it does not, or not without a fault."""
    try:
        root = yamltext.parse(said.text)
    except yamltext.YamlFault:
        return None
    if not isinstance(root, yamltext.MappingNode):
        return None
    reader = _reader(path, front, said, root, settings, keys)
    word = read_word(reader, keys, published_default=settings.published_default, header=None)
    return None if reader.failed else word.withheld


def _reader(
    path: str,
    front: FrontMatter,
    cut: Needed,
    root: yamltext.MappingNode,
    settings: DecodeSettings,
    keys: Keys,
) -> Reader:
    return Reader(
        path=path,
        values=entries(root),
        root=root,
        names=keys.names,
        line=lambda line: front.header_line + cut.source_line(line),
        fix_encoding=settings.fix_encoding,
        zone=dates.zone(settings.timezone),
        defaults=defaults_of(settings, path),
        header=front.header,
        first_line=front.header_line,
    )


def _seed(
    reader: Reader,
    front: FrontMatter,
    settings: DecodeSettings,
    word: Word,
    expires: Instant | None,
    lines: tuple[tuple[str, str], ...],
) -> Seed:
    """Read every other field; worthless where the reader has met an error."""
    title = _title(reader)
    published = _published(reader)
    where, entry = _located(reader, settings, title, published)
    link = where.link
    topics = structured_fields.topics(reader, split_blanks=settings.split_blanks)
    summary = reader.text("excerpt")
    images = structured_fields.images(reader, link)
    if reader.failed or (word.withheld and not settings.drafts):
        body = Body()  # it is not to be shown
    else:
        body = _body(reader, front, settings, link, summarise=not summary)
    return Seed(
        path=reader.path,
        id=entry,
        title=title,
        link=link,
        summary=summary or body.summary,
        published=published or where.day,
        updated=reader.instant("updatedDateTime"),
        expires=expires,
        withheld=word.withheld,
        provider=structured_fields.provider(reader),
        authors=structured_fields.authors(reader),
        language=_language(reader),
        topics=topics,
        category=structured_fields.category(reader),
        type=reader.text("type"),
        quality=reader.number("quality"),
        heat=reader.number("heat"),
        length=reader.text("length"),
        price=reader.text("price"),
        levels=structured_fields.levels(reader),
        images=images,
        related=related(reader, settings, expires=expires),
        episode=enclosures.episode(reader, link),
        flag_lines=lines,
        vouched=word.vouched,
        content=body.html,
    )


def _located(
    reader: Reader, settings: DecodeSettings, title: str, published: Instant | None
) -> tuple[Located, EntryId]:
    """Return where the entry is and its identity, "" where it is nowhere."""
    where = locate(reader, settings, title=title, published=published)
    if not where.link:
        return where, EntryId("")
    explicit = _identity(reader) or settings.address.old_ids.find(where.link)
    return where, entry_id(explicit=explicit, link=where.name)


def _body(
    reader: Reader, front: FrontMatter, settings: DecodeSettings, link: str, *, summarise: bool
) -> Body:
    rules = BodyRules(
        strip_templates=settings.templates == "strip",
        root=urlsplit(settings.address.home).path.rstrip("/"),
        typographer=settings.typographer,
        fix_encoding=settings.fix_encoding,
        separators=settings.excerpt.separators,
        words=settings.excerpt.words,
    )
    kind = kind_of(reader.path)
    body = read_body(front.body, kind, link, rules, summarise=summarise, count=settings.thorough)
    told = []
    if body.emptied:
        told.append("nothing of the body can be shown in a feed")
    if body.flattened:
        told.append(
            "the body, or a paragraph of it, is too long or too nested for HTML; its text alone is shown"
        )
    if body.templates and settings.templates == "keep":
        pieces = f"{body.templates:,} piece{'s' if body.templates != 1 else ''} of template syntax"
        told.append(f"the body shows {pieces} as it is; 'seeds.templates: strip' leaves it out")
    reader.problems += [
        Problem(path=reader.path, message=each, severity=Severity.NOTICE, line=front.body_line, column=1)
        for each in told
    ]
    return body


def _title(reader: Reader) -> str:
    found = reader.find("title")
    if found is None:
        reader.report_missing("title", "no title; add 'title: …'")
        return ""
    faults = len(reader.problems)
    title = reader.plain(*found)
    if not title and len(reader.problems) == faults:
        reader.report(f"'{found[0]}' has no text once tags are dropped; write some", found[1])
    return title


def _published(reader: Reader) -> Instant | None:
    """Return the publication: its own fields', `published` where it is a date, the file name's date, or the
    rule's."""
    if (own := reader.find("publishedDateTime", by_default=False)) is not None:
        return reader.instant_of(*own)
    for _, node in reader.named("published"):
        if isinstance(node, yamltext.ScalarNode):
            try:
                return dates.parse_instant(node.value, reader.zone)
            except ValueError:
                continue  # it is the flag
    return dates.file_name_date(reader.path, reader.zone) or reader.instant("publishedDateTime")


def _language(reader: Reader) -> str:
    """Return the language tag (RFC 5646), "" where none is given or it is none."""
    found = reader.find("language")
    if found is None:
        return ""
    tag = reader.plain(*found).replace("_", "-")
    if tag and not _LANGUAGE.fullmatch(tag):
        why = f"'{found[0]}' is {quoted(tag)}, which is no language; use a tag such as en or pt-BR"
        reader.report(why, found[1], Severity.NOTICE)
        return ""
    return tag


def _identity(reader: Reader) -> str | None:
    found = reader.find("id")
    return (reader.raw(*found).strip() or None) if found else None


def _no_mapping(root: yamltext.Node | None) -> str:
    if root is None or yamltext.is_null(root):
        return "the front matter is empty; a seed needs at least a title and a link"
    what = "a list" if isinstance(root, yamltext.SequenceNode) else "one text"
    return f"the front matter is {what}, not lines of 'key: value'"
