"""Write the language-neutral vectors: `make vectors`.

The files are the same bytes on every run.  FORMAT.md beside them says what they hold.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from published_vectors.files import as_text, published_files

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "vectors" / "published"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write all files; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="DIR", help="[%(default)s]")
    folder: Path = parser.parse_args(arguments).out
    for name, content in published_files():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_text(content))
        counted = f"{len(content)} cases" if isinstance(content, list) else "types"
        print(f"{name}: {counted}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
