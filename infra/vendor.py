"""`python -m infra.vendor [--check]`: the view library and the API's viewer as the pages load them, copied from npm's
packages.

Without an import map browsers can't resolve bare module specifiers, and our CSP forbids inline import maps: `from
"preact"` becomes a relative path. References to source maps, which are not served, are removed, and modules are
excluded from `tsc`. Nothing else is changed.
"""

import re
import sys

from infra.generated_files import write_or_check
from infra.package import ROOT

_VENDOR = ROOT / "chalicelib" / "site" / "vendor"
_FILES = {
    "preact.js": "preact/dist/preact.mjs",
    "hooks.js": "preact/hooks/dist/hooks.mjs",
    "htm.js": "htm/dist/htm.mjs",
    "preact.licence.txt": "preact/LICENSE",
    "htm.licence.txt": "htm/LICENSE",
    "swagger-ui.js": "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "swagger-ui.licence.txt": "swagger-ui-dist/LICENSE",
    "swagger-ui.notice.txt": "swagger-ui-dist/NOTICE",
    "swagger-ui.parts.licence.txt": "swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt",
}


def vendored(source: str) -> str:
    """A package's file as it is served."""
    text = (ROOT / "node_modules" / source).read_text(encoding="utf-8")
    text = re.sub(r"\n(//|/\*)# sourceMappingURL=.*\n?$", "\n", text)
    text = text.replace('from"preact"', 'from"./preact.js"')
    return f"// @ts-nocheck\n{text}" if source.endswith(("module.js", ".mjs")) else text


def main() -> int:
    wanted = {name: vendored(source) for name, source in _FILES.items()}
    files = {_VENDOR / name: text for name, text in wanted.items()}
    return write_or_check(files, sys.argv[1:], target="vendor", others=list(_VENDOR.iterdir()))


if __name__ == "__main__":
    sys.exit(main())
