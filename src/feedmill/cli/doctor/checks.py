"""The checks, in the order in which they are told: to add one, write a function and put it into the list."""

from __future__ import annotations

from feedmill.cli.doctor import abandoned, database, folders, network, published
from feedmill.cli.doctor.finding import Check

CHECKS: tuple[Check, ...] = (
    Check("site.url", network.check_site_url),
    Check("ports", network.check_ports),
    Check("operator's page", network.check_admin),
    Check("seeds folder", folders.check_seeds_folder),
    Check("permissions", folders.check_permissions),
    Check("disk", folders.check_disk),
    Check("clock", published.check_clock),
    Check("watching", folders.check_watching),
    Check("open files", folders.check_open_files),
    Check("database", database.check_database),
    Check("store", published.check_store),
    Check("ledger", folders.check_ledger),
    Check("mirrors", published.check_mirrors),
    Check("left behind", abandoned.check_abandoned),
    Check("daemon", published.check_daemon),
    Check("seeds", published.check_seeds),
    Check("addresses", published.check_slugs),
    Check("hubs", network.check_hubs),
)
