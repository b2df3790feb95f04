"""docs/cli.md, written from the program: `python tests/cli_doc.py docs/cli.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from feedmill.cli.main import COMMANDS, cli

_INTRO = """\
# The commands

<!-- Written by `python tests/cli_doc.py docs/cli.md` from the program's own help; change that. -->

Results go to stdout, progress and complaints to stderr. Equal faults are told once, with how many there are
and the first places, and before those that the last build told; `check` through a pipe gives each its line.
Instants are shown in UTC with how far off they are, paths as they are from here.

A progress bar shows on long work only, and only on
a terminal; colour only on a terminal, and not with `NO_COLOR` or `--no-color`. Every key of the config can be
overridden: `FEEDMILL_SITE__URL=…` in the environment, `--set site.url=…` on the command line
([config.md](config.md)).

## Exit codes

| code | means |
| --- | --- |
| 0 | clean |
| 1 | done, with invalid or kept seeds (`check`: errors were found; `publish`: a file was refused) |
| 2 | the command line or the config is wrong; nothing was done |
| 3 | storage: disk, lock, database, port, mirror; or feedmill itself went wrong (a traceback: report it) |
| 4 | held back by the guard; takedowns alone were published, `--force` overrules |
| 130 | interrupted |

## Options of every command

| option | does |
| --- | --- |
"""

_HELP = "| `-h, --help` | The command's help. `feedmill -V` prints the version. |"

_JSON = """\
## JSON

What `--json` prints is stable: names stay, new ones may come. Instants are RFC 3339 in UTC, paths of seeds
are relative to the seeds folder, feeds are their path without suffix (`topics/ai`). A *problem* is everywhere

```json
{"path": "a.md", "line": 4, "column": 12, "severity": "error", "message": "…", "kept": false}
```

with a `severity` of `error`, `warning` or `notice`; `line` and `column` count from 1, 0 is unknown; `kept`:
the seed's last good form stays published. A problem has `other`, a path, where its message names
another seed.

### `build`, `rebuild`

```json
{
  "trigger": "build", "as_of": "2026-11-21T12:00:00Z", "seconds": 0.12,
  "seeds": {"total": 3, "eligible": 2, "kept": 0, "not_seeds": 1,
            "withheld": {"unpublished": 1, "removed": 0, "invalid": 0, "undated": 0,
                         "scheduled": 0, "expired": 0, "duplicate": 0}},
  "feeds": {"total": 15, "written": 15, "unchanged": 0, "removed": 0},
  "entries": {"appeared": 2, "changed": 0, "vanished": 0},
  "problems": [],
  "held": null,
  "unsaved": null,
  "mirrors": [{"url": "s3://bucket/feeds", "put": 15, "deleted": 0, "unchanged": 0, "refused": [],
               "fenced": true, "trouble": null}],
  "retired": [],
  "next_change": null
}
```

`total` = `eligible` + all `withheld`; `eligible` counts kept seeds too; `feeds` counts documents; `held` says
why the guard published nothing; `mirrors` what became of each that `build` waited for (`refused`: paths that
something foreign holds; `fenced`: whether the store notices a second writer; `trouble`: why it is behind);
`next_change` is the next planned publication, update or expiry.
`build --dry-run` adds:

```json
{
  "dry_run": true,
  "changes": [
    {"feed": "topics/go", "title": "Go", "state": "changed",
     "appear": [{"id": "urn:uuid:…", "title": "A", "link": "https://example.org/a"}],
     "change": [{"id": "urn:uuid:…", "title": "B", "link": "https://example.org/b", "fields": ["title"]}],
     "vanish": []}
  ]
}
```

with a `state` of `born`, `revived`, `changed` or `emptied` (a `changed` feed without entries has the same
ones, which another config prints otherwise), and among the `problems` a warning for each known file that
would become another entry for its readers.

### `check`

```json
{"problems": [], "warnings": [], "errors": 0}
```

`warnings` are about the config; `errors` is what the exit code goes by (with `--strict`, all problems).

### `explain`

```json
{
  "seed": "a.md", "in_feeds": true, "state": "eligible", "reason": null, "kept": false,
  "why": "it is published", "remedy": "feedmill unpublish takes it down",
  "title": "A", "id": "urn:uuid:…", "link": "https://example.org/a",
  "since": "2024-05-01T10:00:00Z", "until": null,
  "feeds": [{"feed": "all", "title": "News", "rank": 1, "of": 2, "shown": true}],
  "problems": [], "held": null
}
```

`state` is `eligible`, `not a seed`, or the reason; `shown` is false beyond the feed's limit;
`archive` is the path of the archive that has the entry, where one has. `held`
is why a pass publishes takedowns alone just now; `in_feeds` is false of what waits for its end.

### `list`

```json
{"feeds": [{"feed": "topics/go", "title": "Go", "entries": 2, "updated": "2024-05-01T10:00:00Z"}]}
```

under the name of what was asked for: `feeds`, `topics`, `authors` …; `list withheld --json` prints

```json
{"withheld": [{"seed": "b.md", "reason": "scheduled", "title": "B", "at": "2026-12-24T18:00:00Z"}]}
```

(`at` is the publication of a scheduled seed, the expiry of an expired one; one reason's are in order of time)

and `list subscribers --json`

```json
{"subscribers": [{"callback": "https://reader.example/push", "topic": "all.atom",
                  "until": "2026-12-01T12:00:00Z", "up_to_date": true, "failures": 0, "trouble": ""}]}
```

### `doctor`

```json
{"findings": [{"check": "site.url", "severity": "warning", "what": "…", "remedy": "…"}]}
```

### `prune`

```json
{"retired": ["topics/old"], "held": null}
```

### `status`

```json
{
  "daemon": {"state": "ready", "pid": 1234, "since": "2026-11-21T12:00:00Z", "watching": "…"},
  "last_pass": null,
  "next": [{"at": "2026-11-21T12:15:00Z", "job": "rebuild", "why": "…"}],
  "counts": {"total": 3, "eligible": 2, "kept": 0, "withheld": {}, "not_seeds": 1},
  "scheduled": [{"at": "2026-12-24T18:00:00Z", "what": "publication", "seed": "c.md"}],
  "followers": {"hub": null, "mirrors": []},
  "store": {"url": null},
  "problems": []
}
```

`daemon.state` is `starting`, `ready`, `building`, `standby`, `stopped`, `held` (exit code 4) or
`failing` (3). `last_pass` has the form of `build --json`, without `problems`. Counts are of what is
published.
A problem of the daemon itself has the path "".

Where several nodes share a database, `store` has its `url` (no password), this node's `name`, `role` (`lead`
or `standby`), `epoch` and `serial` (the generation that it serves), `trouble` (why the database cannot be
reached, or null), and `nodes`, as they were last seen: of each `name`, `role`, `purpose`, `epoch` (of its
lead, else null), `serial`, `lag` (generations behind), `current` (it prints as what is published) and
`silent` (seconds since it was heard of).

Where the hub runs, `followers` has its address, `subscriptions`, `failing`, `waiting` (to be verified), what
became of `deliveries`, `verifications` and `pings` since the start, and the last `failures` (`at`, `callback`
without its query, `topic`, `why`). Each of `mirrors` has its `url`, a `state` of `current`, `behind` or
`failing`, the `serial` and number of `documents` of the last generation that it holds whole, `lag` (seconds
since something is out that it lacks), `behind` (documents it lacks), `refused`, `fenced` and `trouble` as
above, and what was `done` since the start.

## Completion

Commands, options, files and the words of `list` and `config` complete themselves after one of

```sh
eval "$(_FEEDMILL_COMPLETE=bash_source feedmill)"      # in ~/.bashrc
eval "$(_FEEDMILL_COMPLETE=zsh_source feedmill)"       # in ~/.zshrc
_FEEDMILL_COMPLETE=fish_source feedmill | source       # in ~/.config/fish/config.fish
```
"""


def markdown() -> str:
    """Return docs/cli.md."""
    context = click.Context(cli, info_name="feedmill")
    commands = [(name, cli.get_command(context, name)) for name in COMMANDS]
    common = _common([command for _, command in commands if command is not None])
    lines = [_INTRO + "\n".join(_option(option) for option in common), _HELP, "", "## Commands", ""]
    lines += [f"- [`{name}`](#feedmill-{name}): {text}" for name, (_, text) in COMMANDS.items()]
    lines.append("")
    names: set[str | None] = {option.name for option in common}
    for name, command in commands:
        assert command is not None
        lines += _command(context, name, command, names)
    return "\n".join(lines) + "\n" + _JSON


def _common(commands: list[click.Command]) -> list[click.Option]:
    """Return the options that all commands share which read the config."""
    config = next(command for command in commands if command.name == "config")
    return [parameter for parameter in config.params if isinstance(parameter, click.Option)]


def _command(
    context: click.Context, name: str, command: click.Command, common: set[str | None]
) -> Iterator[str]:
    yield f"### `feedmill {name}`"
    yield ""
    inner = click.Context(command, info_name=name, parent=context)
    yield f"    feedmill {name} {' '.join(command.collect_usage_pieces(inner))}"
    yield ""
    yield " ".join((command.help or "").split("\n\n")[0].split())
    yield ""
    for paragraph in (command.help or "").split("\n\n")[1:]:
        yield " ".join(paragraph.split())
        yield ""
    options = [
        option for option in command.params if isinstance(option, click.Option) and option.name not in common
    ]
    if options:
        yield "| option | does |"
        yield "| --- | --- |"
        yield from map(_option, options)
        yield ""


def _option(option: click.Option) -> str:
    value = f" {option.metavar or option.type.name.upper()}" if not option.is_flag else ""
    default = f" Default: `{option.default}`." if option.show_default else ""
    return f"| `{', '.join(option.opts)}{value}` | {option.help}{default} |"


def main(arguments: list[str]) -> int:
    """Write the document into the file that is given, or print it."""
    if arguments:
        Path(arguments[0]).write_text(markdown(), encoding="utf-8")
    else:
        sys.stdout.write(markdown())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
