"""feedmill.pipeline: plan and run one pass; its report.

`Mill` is imported on use: it brings the catalog, and a build with nothing to do needs none (docs/adr/0014).
"""

from typing import TYPE_CHECKING, Any

from feedmill.pipeline.folders import make_state_folder
from feedmill.pipeline.report import PassReport, PassRequest, printable, problem_json

if TYPE_CHECKING:
    from feedmill.pipeline.mill import Mill

__all__ = ["Mill", "PassReport", "PassRequest", "make_state_folder", "printable", "problem_json"]


def __getattr__(name: str) -> Any:
    if name != "Mill":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from feedmill.pipeline.mill import Mill

    return Mill
