"""Cells that spreadsheets would run as formulas: how they are guarded, and how the guard is taken off again.

Source: OWASP, "CSV Injection". A formula begins with `=`, `+`, `-`, `@` or their full-width forms; tab, carriage return
and line feed hide such a beginning from a check. A program that splits lines at another separator than ours sees cells
begin inside of ours, whatever is quoted: so what follows a separator, a quotation mark or a line end counts as a
beginning too.
"""

import re

_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
_SEPARATORS = ',;|\t\r\n"'
# A beginning, blanks, apostrophes, and a sign with all that follows: where a program ends the cell is not known.
_FORMULA = re.compile(rf"(^|[{_SEPARATORS}])(\s*)('*)(?=([{_SIGNS}].*))", re.DOTALL)
_GUARD = re.compile(rf"(^|[{_SEPARATORS}])(\s*)'('*)(?=[{_SIGNS}])")
# A text that neither begins with a sign nor has a separator in it is harmless: two fast tests for most cells.
_SIGN_AT_START, _SEPARATOR = re.compile(rf"\s*'*[{_SIGNS}]"), re.compile(f"[{_SEPARATORS}]")
_HIDDEN = re.compile(r"'*[\t\r\n]")
_HARMLESS = re.compile(
    r"[=+\-@/*\uff1d\uff0b\uff0d\uff20]*\s*"  # signs alone: a strand, an antigen, a genotype (-/-), "no value"
    r"|[+\-]\s?([0-9][0-9\u00a0\u202f ]*([.,][0-9]+)?|[.,][0-9]+)([eE][+\-]?[0-9]+)?"  # a number
    r"\s?[a-zA-Z\u00b5\u03bc\u00b0%\u2030\u03a9\u00b2\u00b3/]{0,12}\s*"  # with its unit: -80 °C, +5 mg/L
)


def escape_formula(text: str) -> str:
    """The text with an apostrophe before what would be a formula, at its beginning or after a separator in it, and
    before a beginning that hides one. An apostrophe that is already there is kept, so that the guard can be removed
    again."""
    if not (_SIGN_AT_START.match(text) or _SEPARATOR.search(text)):
        return text
    inner = _FORMULA.sub(_with_guard, text)
    return f"'{inner}" if _HIDDEN.match(inner) else inner


def _with_guard(found: re.Match[str]) -> str:
    before, blanks, apostrophes, formula = found.groups()
    is_harmless = not apostrophes and _HARMLESS.fullmatch(formula) is not None
    return found.group() if is_harmless else f"{before}{blanks}'{apostrophes}"


def unguarded(text: str) -> str:
    """The inverse of `escape_formula`: the text without the apostrophes that it added."""
    inner = text[1:] if text.startswith("'") and _HIDDEN.match(text) else text
    return _GUARD.sub(r"\1\2\3", inner)
