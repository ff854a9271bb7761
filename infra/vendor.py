"""`python -m infra.vendor [--check]`: the view library and the API's viewer as the pages load them, copied from npm's
packages.

Without an import map browsers can't resolve bare module specifiers, and our CSP forbids inline import maps: `from
"preact"` becomes a relative path. References to source maps, which are not served, are removed, and modules are
excluded from `tsc`. Nothing else is changed.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
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
    if "--check" in sys.argv[1:]:
        there = {path.name: path.read_text(encoding="utf-8") for path in _VENDOR.iterdir()}
        differing = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
        if differing:
            print(f"chalicelib/site/vendor is not what npm has: {', '.join(differing)}; run `make vendor`")
        return 1 if differing else 0
    for name, text in wanted.items():
        (_VENDOR / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
