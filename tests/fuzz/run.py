"""`run.py TARGET SECONDS`: fuzz one target with atheris, from the corpus and our own cases on.

A case that breaks a promise is written to tests/fuzz/cases/TARGET-…, where pytest finds it for good.
The corpus is some of `FEEDMILL_CORPUS` and what earlier runs reached (build/fuzz/).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))


def corpus(target: str) -> Path:
    """Fill and return the folder of inputs to begin with."""
    folder = ROOT / "build/fuzz" / target
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        return folder
    for number, path in enumerate(sorted((ROOT / "tests").rglob("seeds/**/*.*"))):
        if path.is_file():
            (folder / f"own-{number}").write_bytes(path.read_bytes()[:4096])
    (folder / "config").write_bytes((ROOT / "config.yaml").read_bytes())
    given = os.environ.get("FEEDMILL_CORPUS")
    if given and (Path(given) / "powerapps.tar.xz").exists():
        with tarfile.open(Path(given) / "powerapps.tar.xz") as archive:
            for number, member in enumerate(member for member in archive if member.isfile()):
                if number % 5 == 0 and (stream := archive.extractfile(member)):
                    (folder / f"real-{number}").write_bytes(stream.read()[:4096])
    return folder


def fuzz(target: str) -> None:
    """Fuzz until libFuzzer's own time limit."""
    import atheris  # type: ignore[import-untyped]

    with atheris.instrument_imports(include=["feedmill"]):
        from fuzz.targets import TARGETS
    atheris.Setup(sys.argv, TARGETS[target])
    atheris.Fuzz()


def main() -> int:
    """Run libFuzzer in a process of its own and keep what it says."""
    if sys.argv[1] == "--inside":
        target = sys.argv.pop(2)
        sys.argv.pop(1)
        fuzz(target)
        return 0
    target, seconds = sys.argv[1], int(sys.argv[2])
    options = [f"-max_total_time={seconds}", "-max_len=4096", "-timeout=10", "-rss_limit_mb=2048"]
    options += [f"-artifact_prefix={HERE}/cases/{target}-", "-print_final_stats=1"]
    command = [sys.executable, __file__, "--inside", target, *options, str(corpus(target))]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    from reliability.results import keep

    runs = re.search(r"stat::number_of_executed_units:\s*(\d+)", done.stdout)
    covered = re.findall(r"cov: (\d+)", done.stdout)
    keep(
        "No input breaks a promise of the parsers",
        f"coverage-guided fuzzing (atheris): {target}",
        int(runs[1]) if runs else 0,
        f"{covered[-1] if covered else 0} branches reached in {seconds} s",
        failed=done.returncode != 0,
    )
    sys.stdout.write(f"{target}: {runs[1] if runs else '?'} inputs, exit code {done.returncode}\n")
    if done.returncode:
        sys.stdout.write(done.stdout[-3000:])
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
