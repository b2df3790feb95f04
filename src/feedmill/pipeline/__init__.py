"""feedmill.pipeline: plan and run one pass; its report."""

from feedmill.pipeline.folders import make_state_folder
from feedmill.pipeline.mill import Mill
from feedmill.pipeline.report import PassReport, PassRequest, printable, problem_json

__all__ = ["Mill", "PassReport", "PassRequest", "make_state_folder", "printable", "problem_json"]
