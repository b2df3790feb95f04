"""`feedmill config`: what is in force, and the schemas for editors."""

from __future__ import annotations

import click

from feedmill.cli.app import App, app_options
from feedmill.cli.output import print_json


@click.command("config")
@click.argument("what", type=click.Choice(["show", "schema", "seed-schema"]), default="show")
@app_options
def config_command(app: App, what: str) -> int:
    """Print the effective config (show), its JSON Schema (schema), or that of seeds (seed-schema).

    The effective config has every key that is set, or has a default, with its value after file, environment
    and options; secrets are hidden.
    """
    from feedmill.config.jsonschema import config_schema
    from feedmill.config.seedschema import seed_schema
    from feedmill.config.show import show

    if what == "schema":
        print_json(config_schema())
    elif what == "seed-schema":
        print_json(seed_schema())
    else:
        click.echo(show(app.settings()), nl=False)
    return 0
