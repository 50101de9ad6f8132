"""The browser of the tests: the machine's Chromium, or Debian's, unpacked beside the servers and never installed."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from local import software

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PICTURES_ON_DISK = ("--disable-dev-shm-usage",)  # /dev/shm is small or closed in many containers
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Browser:
    """What starts it."""

    executable: Path
    environment: dict[str, str]  # beyond the caller's own
    arguments: tuple[str, ...]


def find() -> Browser:
    """The machine's browser, else an unpacked one (fetched when absent). Raises CannotRunError."""
    arguments = (*PICTURES_ON_DISK, "--no-sandbox") if os.geteuid() == 0 else PICTURES_ON_DISK
    installed = next((path for name in NAMES if (path := shutil.which(name))), None)
    if installed:
        return Browser(executable=Path(installed), environment={}, arguments=arguments)
    root = software.browser_root()
    fonts = root / "fonts.conf"
    fonts.write_text(FONTS.format(fonts=root / "usr/share/fonts", cache=root / "fonts-cache"))
    libraries = ":".join(str(d) for d in _library_dirs(root))
    return Browser(
        executable=root / "usr/lib/chromium/chromium",
        environment={"LD_LIBRARY_PATH": libraries, "FONTCONFIG_FILE": str(fonts)},
        arguments=(*PICTURES_ON_DISK, "--no-sandbox"),  # the unpacked sandbox helper is not set-user-ID
    )


def _library_dirs(root: Path) -> list[Path]:
    """Folders of libraries, and the private ones below them that installed libraries find by absolute paths."""
    tops = [d for d in software.library_dirs(root) if d.is_dir()]
    private = [d for top in tops for d in sorted(top.iterdir()) if d.is_dir() and any(d.glob("lib*.so*"))]
    return [*tops, *private]
