"""docs/config.md and the JSON Schemas, written from the keys: `python tests/config_doc.py docs`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from feedmill.config.emit import block, flow
from feedmill.config.jsonschema import config_schema
from feedmill.config.keys import CONFIG
from feedmill.config.kinds import Key, Kind, ListOf, MapOf, Scalar, Section, written
from feedmill.config.seedschema import seed_schema

_INTRO = """\
# config.yaml

<!-- Written by `python tests/config_doc.py docs` from src/feedmill/config/*keys.py; change those. -->

feedmill reads one file: the one that `--config` names, else `config.yaml` in the current folder or in the
nearest folder above that has one. Every key has a default, so an empty file is a valid one. A key that
feedmill does not know, or a value that it cannot use, stops it before anything is written: every fault is
reported at once, with file, line and column, and what would be right. A running daemon reloads a changed
file, or keeps the old one and says why.

## How values are written

| kind | examples | note |
| --- | --- | --- |
| text | `News: today` in quotes, `No`, `3.10` | taken as written: `title: No` is the title "No" |
| path | `seeds`, `/srv/feeds`, `~/feeds` | relative to the file that says it |
| duration | `20ms`, `1s`, `15m`, `2h`, `1d`, `1h30m`, `0` | always with a unit, the largest first |
| size | `4 MiB`, `64KB`, `1048576` | KB is 1000 bytes, KiB 1024 |
| share | `50%`, `0.5` | |
| `true`, `false` | also `yes`, `no`, `on`, `off` | YAML 1.1's words |
| time zone | `UTC`, `Europe/Berlin` | from the tzdata package, not from the machine |
| secret | `env:MIRROR_SECRET`, `file:/run/secrets/mirror` | read from there, never shown |
| cron expression | `"0 * * * *"`, `"30 6 * * mon-fri"`, `@daily` | crontab's fields; 0 and 7 are Sunday |

An empty value or `null` means: as if the key were not there. A list of one may be written without brackets.

## Overriding

Later ones win:

1. the file;
2. environment variables: `FEEDMILL_SITE__URL` is `site.url`, two underscores for the dot, in any case;
3. `--set key=value`, as often as needed: `--set site.url=https://feeds.example.org/`,
   `--set feeds.formats=atom,json`, `--set 'topics."Node.js".slug=node'`;
4. `--seeds` and `--feeds`, which are relative to the current folder.

A single value is taken as it is, a list may be separated by commas, anything else is YAML. A variable or
an option that names no key is an error, as it is in the file.

`feedmill config show` prints what is in force, secrets hidden. `feedmill config schema` prints the JSON
Schema; an editor with a YAML language server checks and completes the file as you type when its first line is

```yaml
# yaml-language-server: $schema=docs/config.schema.json
```
"""


def markdown() -> str:
    """Return docs/config.md."""
    lines = [_INTRO]
    for name, key in CONFIG.keys.items():
        lines += [f"## {name}", "", _prose(key), ""]
        lines += _body(name, key)
    return "\n".join(lines).rstrip("\n") + "\n"


def documents() -> dict[str, str]:
    """Return every generated document: file name in docs/ -> text."""
    return {
        "config.md": markdown(),
        "config.schema.json": json.dumps(config_schema(), indent=2, ensure_ascii=False) + "\n",
        "seed.schema.json": json.dumps(seed_schema(), indent=2, ensure_ascii=False) + "\n",
    }


def main(arguments: list[str]) -> int:
    """Write the documents into the folder that is given, or print config.md."""
    if not arguments:
        sys.stdout.write(markdown())
        return 0
    for name, text in documents().items():
        Path(arguments[0], name).write_text(text, encoding="utf-8")
    return 0


def _inner_section(kind: Kind) -> Section | None:
    """Return the section that a kind is, or that it holds any number of."""
    inner = kind.value if isinstance(kind, MapOf) else kind.item if isinstance(kind, ListOf) else kind
    return inner if isinstance(inner, Section) else None


def _body(name: str, key: Key) -> Iterator[str]:
    kind = key.kind
    if isinstance(kind, MapOf) and isinstance(kind.value, Scalar):
        yield f"Each key is a {kind.key.name}, each value a {kind.value.name}. Default: none."
        yield ""
    elif (section := _inner_section(kind)) is not None:
        if isinstance(kind, MapOf):
            yield "The keys are labels. Each holds any of:"
            yield ""
        elif isinstance(kind, ListOf):
            yield "A list. Each holds:"
            yield ""
        yield "| key | holds | default | meaning |"
        yield "| --- | --- | --- | --- |"
        yield from _rows(section, "")
        yield ""
    for example in key.examples:
        yield "```yaml"
        yield from block({name: example})
        yield "```"
        yield ""


def _rows(section: Section, prefix: str) -> Iterator[str]:
    for name, key in section.keys.items():
        path = prefix + name
        if (inner := _inner_section(key.kind)) is not None:
            if name == "not":
                yield f"| `{path}` | the keys of `{prefix.rstrip('.')}` | – | {_prose(key)} |"
                continue
            if key.doc and isinstance(key.kind, Section) and key.kind.shorthand:
                holds = f"mapping, or its `{key.kind.shorthand}`"
                yield f"| `{path}` | {holds} | {_default(key)} | {_prose(key)} |"
            elif key.doc:
                yield f"| `{path}` | mapping | – | {_prose(key)} |"
            yield from _rows(inner, path + ".")
        else:
            yield f"| `{path}` | {_holds(key.kind)} | {_default(key)} | {_prose(key)}{_for_example(key)} |"


def _holds(kind: Kind) -> str:
    if isinstance(kind, ListOf) and isinstance(kind.item, Scalar):
        return f"list: {kind.item.name}"
    if isinstance(kind, MapOf) and isinstance(kind.value, ListOf):
        return "mapping of lists"
    return kind.name if isinstance(kind, Scalar) else "mapping"


def _default(key: Key) -> str:
    if key.required:
        return "**required**"
    if key.instead:
        return key.instead
    return "–" if key.default is None else f"`{flow(written(key.kind, key.default))}`"


def _prose(key: Key) -> str:
    return key.doc.replace("|", "\\|")


def _for_example(key: Key) -> str:
    return f" E.g. `{flow(key.examples[0])}`." if key.examples else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
