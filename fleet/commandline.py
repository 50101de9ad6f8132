"""How every command of ours reads its arguments: a wrong call ends with exit code 2 and one line (contracts.md 4)."""

import argparse
import sys
from typing import NoReturn


class Arguments(argparse.ArgumentParser):
    """argparse, without the usage in front of the reason; `--help` shows it."""

    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"{self.prog}: {message}\n")
        sys.exit(2)
